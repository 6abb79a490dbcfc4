import Settings
import Snapshot
import Sockets

@testable import Gateway

/// A pool in front of a server that only listens, and those who want connections from it, all on one loop.
final class PoolScene: @unchecked Sendable {
    let strand: Strand
    var pool: OriginPool?
    private(set) var waiting: [Strand] = []
    private var taken: [OriginConnection] = []
    /// Who got one, in the order of their getting it.
    private(set) var served: [Int] = []
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
        return try await pool.checkOut(on: strand, within: PoolScene.patienceSeconds)
    }

    private static let patienceSeconds = 30

    /// Lets so many conversations ask for a connection, until each waits for one.
    func letWait(_ count: Int) async {
        let scene = self
        for number in waiting.count..<waiting.count + count {
            waiting.append(Strand(on: loop))
            loop.spawn { await scene.ask(number) }
        }
        while !waiting.allSatisfy(\.isParked) { await Task.yield() }
    }

    /// Waits for a connection no time at all, behind whoever waits: whether there was none.
    func asksInVain() async -> Bool {
        let strand = Strand(on: loop)
        defer { strand.retire() }
        do throws(OriginFailure) {
            _ = try await pool?.checkOut(on: strand, within: 0)
            return false
        } catch {
            if case .busy = error { return true }
            return false
        }
    }

    private func ask(_ number: Int) async {
        let end = loop.deadline(inSeconds: PoolScene.patienceSeconds)
        do throws(OriginFailure) {
            guard let pool else { throw .unresolved }
            taken.append(try await pool.checkOut(on: waiting[number], within: PoolScene.patienceSeconds))
            served.append(number)
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

    /// Puts back what somebody got.
    func giveBack() {
        guard !taken.isEmpty else { return }
        let connection = taken.removeFirst()
        connection.pool.checkIn(connection)
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
