import Settings
import Snapshot
import Sockets
import Testing

@testable import Gateway

@Suite("OriginPool") struct OriginPoolTests {
    @Test func `a connection in use keeps its pool, which nobody else holds once the settings have changed`() async throws {
        let isGone = try await PoolScene.play { scene in
            var connection = try? await scene.checkOut()
            weak let held = scene.pool
            scene.pool?.retire()
            scene.pool = nil
            let isGoneInUse = held == nil
            if let connection { connection.pool.checkIn(connection) }
            connection = nil
            return [isGoneInUse, held == nil]
        }
        #expect(isGone == [false, true])
    }

    @Test func `two connections that come back at once are for two who wait`() async throws {
        let served = try await PoolScene.play(connections: 2) { scene in
            guard let first = try? await scene.checkOut(), let second = try? await scene.checkOut() else { return [] }
            await scene.letWait(2)
            first.pool.checkIn(first)
            second.pool.checkIn(second)
            return await scene.outcomes(2)
        }
        #expect(served == [true, true])
    }

    @Test func `two places that come free at once are for two who wait`() async throws {
        let served = try await PoolScene.play(connections: 2) { scene in
            guard let first = try? await scene.checkOut(), let second = try? await scene.checkOut() else { return [] }
            await scene.letWait(2)
            first.pool.discard(first)
            second.pool.discard(second)
            return await scene.outcomes(2)
        }
        #expect(served == [true, true])
    }

    @Test func `who was woken by its client takes no other's place`() async throws {
        let served = try await PoolScene.play { scene in
            guard let only = try? await scene.checkOut() else { return [] }
            await scene.letWait(2)
            // The first who waits hears its client in the very turn in which the connection comes back.
            scene.waiting[0].wake()
            only.pool.checkIn(only)
            _ = await scene.outcomes(1)
            if let taken = scene.taken.first { taken.pool.checkIn(taken) }
            return await scene.outcomes(2)
        }
        #expect(served == [true, true])
    }

    @Test func `a connection rests after an answer without content, and makes room for a new one`() async throws {
        let isOther = try await PoolScene.play { scene in
            guard let first = try? await scene.checkOut() else { return [] }
            first.endedWithContent = false
            first.pool.checkIn(first)
            let isResting = scene.pool?.takeIdle(for: scene.strand) == nil
            let second = try? await scene.checkOut()
            return [isResting, second != nil && second !== first]
        }
        #expect(isOther == [true, true])
    }

    @Test func `a connection on which something was said unasked is never handed out`() async throws {
        let isOther = try await PoolScene.play { scene in
            guard let first = try? await scene.checkOut() else { return [] }
            await scene.hearServer()
            // No event can tell of it: it is said, and the connection wanted, in the turn in which it was put back.
            first.pool.checkIn(first)
            scene.speak("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil")
            let second = try? await scene.checkOut()
            return [second != nil && second !== first]
        }
        #expect(isOther == [true])
    }
}

/// A pool in front of a server that only listens, and those who want connections from it, all on one loop.
private final class PoolScene: @unchecked Sendable {
    let strand: Strand
    var pool: OriginPool?
    private(set) var waiting: [Strand] = []
    private(set) var taken: [OriginConnection] = []
    private var outcomes: [Bool] = []
    private let loop: Loop
    private var listener: ListeningSocket?
    private var accepted: [Socket] = []

    static func play(connections: Int = 1, _ body: @escaping @Sendable (PoolScene) async -> [Bool]) async throws -> [Bool] {
        let loop = try Loop(name: "test")
        let scene = try PoolScene(loop, connections: connections)
        loop.start()
        defer { loop.stop() }
        return await withCheckedContinuation { done in
            loop.spawn {
                let result = await body(scene)
                scene.close()
                done.resume(returning: result)
            }
        }
    }

    private init(_ loop: Loop, connections: Int) throws {
        (self.loop, strand) = (loop, Strand(on: loop))
        let listener = try ListeningSocket(
            on: Address("127.0.0.1:0")!, loop: loop, accepted: { [unowned self] in accept($0) }, refused: { _ in })
        self.listener = listener
        var origin = Origin(name: "api", servers: [])
        origin.connections = connections
        origin.timeouts.connectSeconds = PoolScene.patienceSeconds
        pool = OriginPool(
            origin: origin, servers: Published([listener.address]), loop: loop, buffers: BufferPool(blockBytes: 1024, blocksMax: 1))
    }

    private func accept(_ socket: Socket) {
        accepted.append(socket)
        strand.wake()
    }

    private func close() {
        listener?.close()
        for socket in accepted { socket.close() }
        for connection in taken { connection.pool.discard(connection) }
        for strand in waiting { strand.retire() }
        strand.retire()
    }

    func checkOut() async throws(OriginFailure) -> OriginConnection {
        guard let pool else { throw .unresolved }
        return try await pool.checkOut(on: strand)
    }

    private static let patienceSeconds = 30

    /// Lets so many conversations ask for a connection, until each waits for one.
    func letWait(_ count: Int) async {
        let scene = self
        for number in 0..<count {
            waiting.append(Strand(on: loop))
            loop.spawn { await scene.ask(on: scene.waiting[number]) }
        }
        while !waiting.allSatisfy(\.isParked) { await Task.yield() }
    }

    private func ask(on strand: Strand) async {
        let end = loop.deadline(inSeconds: PoolScene.patienceSeconds)
        do throws(OriginFailure) {
            guard let pool else { throw .unresolved }
            taken.append(try await pool.checkOut(on: strand))
            // Whoever nobody woke looks once more when the time is up.
            outcomes.append(loop.deadline(in: 0) < end)
        } catch {
            outcomes.append(false)
        }
        self.strand.wake()
    }

    /// Whether the first so many who waited were woken and got a connection.
    func outcomes(_ count: Int) async -> [Bool] {
        while outcomes.count < count { _ = await strand.park(until: .never) }
        return outcomes
    }

    /// Waits until the server knows of a connection.
    func hearServer() async {
        while accepted.isEmpty { _ = await strand.park(until: .never) }
    }

    /// Lets the server say something.
    func speak(_ text: String) {
        let bytes = Array(text.utf8)
        _ = accepted[0].write(bytes, 0..<bytes.count)
    }
}
