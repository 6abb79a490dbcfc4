import HTTP1
import HTTPServer
import Settings
import Snapshot
import Sockets

@testable import Gateway

/// A pool in front of a server that only listens, and those who want connections from it, all on one loop.
final class PoolScene: @unchecked Sendable {
    let strand: Strand
    var pool: OriginPool?
    private(set) var waiting: [ServerConnection] = []
    /// The other ends of their connections, and of the scene's own client's, which is the first.
    private var peers: [Socket] = []
    private var client: ServerConnection?
    private var taken: [OriginConnection] = []
    /// Who got one, in the order of their getting it.
    private(set) var served: [Int] = []
    /// Who was told that the origin has no address.
    private(set) var unresolved: [Int] = []
    private var outcomes: [Bool] = []
    private let loop: Loop
    private let buffers = BufferPool(blockBytes: 1024, blocksMax: 1)
    private let servers: Published<[Address]>
    private var listener: ListeningSocket?
    private var entrance: ListeningSocket?
    private var accepted: [Socket] = []

    static func play(connections: Int = 1, _ body: @escaping @Sendable (PoolScene) async -> [Bool]) async throws -> [Bool] {
        let loop = try Loop(name: "test")
        let scene = try PoolScene(loop, connections: connections)
        loop.start()
        defer { loop.stop() }
        return await withCheckedContinuation { done in
            loop.spawn {
                scene.client = try? await scene.newClient()
                let result = await body(scene)
                await scene.close()
                done.resume(returning: result)
            }
        }
    }

    private init(_ loop: Loop, connections: Int) throws {
        (self.loop, strand, servers) = (loop, Strand(on: loop), Published([]))
        let listener = try ListeningSocket(
            on: Address("127.0.0.1:0")!, loop: loop, accepted: { [unowned self] in accept($0) }, refused: { _ in })
        self.listener = listener
        servers.publish([listener.address])
        entrance = try ListeningSocket(
            on: Address("127.0.0.1:0")!, loop: loop, accepted: { [unowned self] in admit($0) }, refused: { _ in })
        var origin = Origin(name: "api", servers: [])
        origin.connections = connections
        origin.timeouts.connectSeconds = PoolScene.patienceSeconds
        pool = OriginPool(
            origin: origin, servers: servers, loop: loop, buffers: buffers)
    }

    private func accept(_ socket: Socket) {
        accepted.append(socket)
        strand.wake()
    }

    private func admit(_ socket: Socket) {
        peers.append(socket)
        strand.wake()
    }

    private func close() async {
        listener?.close()
        entrance?.close()
        for connection in taken { connection.pool.discard(connection) }
        for client in waiting { await client.close(lingering: false) }
        await client?.close(lingering: false)
        for socket in accepted + peers { socket.close() }
        strand.retire()
    }

    /// A client of the gateway's, whose other end is the last of `peers`.
    private func newClient() async throws -> ServerConnection {
        guard let address = entrance?.address else { throw ForwardFailure.clientGone }
        let count = peers.count
        let socket = try await Socket.connect(to: address, on: strand, loop: loop, until: loop.deadline(inSeconds: 5))
        await wait { peers.count > count }
        return ServerConnection(
            socket: socket, loop: loop, buffers: buffers,
            limits: HeadLimits(requestLineBytes: 100, headerBytes: 100, headerCount: 1),
            patience: ServerConnection.Patience(idleSeconds: 30, headerSeconds: 30))
    }

    func checkOut() async throws(ForwardFailure) -> OriginConnection {
        guard let client else { throw .clientGone }
        return try await checkOut(for: client)
    }

    private func checkOut(for client: ServerConnection, within seconds: Int = patienceSeconds) async throws(ForwardFailure)
        -> OriginConnection
    {
        guard let pool else { throw .origin(.unresolved) }
        return try await pool.checkOut(for: client, PresenceProbe(firstSeconds: 0), within: seconds)
    }

    private static let patienceSeconds = 30

    /// Lets so many conversations ask for a connection, until each waits for one.
    func letWait(_ count: Int) async {
        let scene = self
        for number in waiting.count..<waiting.count + count {
            guard let client = try? await newClient() else { return }
            waiting.append(client)
            loop.spawn { await scene.ask(number) }
        }
        await turns { waiting.allSatisfy(\.strand.isParked) }
    }

    /// Somebody who waits leaves.
    func leave(_ number: Int) {
        peers[number + 1].resetOnClose()
        peers[number + 1].close()
    }

    /// Somebody who waits has sent all it will send, and the gateway knows.
    func finishSending(_ number: Int) async {
        peers[number + 1].finishWriting()
        await turns { waiting[number].wire.socket.hasEnded }
    }

    /// The origin's names have no address any more.
    func loseAddresses() { servers.publish([]) }

    /// Waits for a connection no time at all, behind whoever waits: whether there was none.
    func asksInVain() async -> Bool {
        guard let client = try? await newClient() else { return false }
        var isInVain = false
        do throws(ForwardFailure) {
            _ = try await checkOut(for: client, within: 0)
        } catch {
            if case .origin(.busy) = error { isInVain = true }
        }
        await client.close(lingering: false)
        return isInVain
    }

    private func ask(_ number: Int) async {
        let end = loop.deadline(inSeconds: PoolScene.patienceSeconds)
        do throws(ForwardFailure) {
            taken.append(try await checkOut(for: waiting[number]))
            served.append(number)
            // Whoever nobody woke looks once more when the time is up.
            outcomes.append(loop.deadline(in: 0) < end)
        } catch {
            if case .origin(.unresolved) = error { unresolved.append(number) }
            outcomes.append(false)
        }
        self.strand.wake()
    }

    /// Whether the first so many who waited were woken and got a connection.
    func outcomes(_ count: Int) async -> [Bool] {
        await wait { outcomes.count >= count }
        return outcomes
    }

    /// Waits for what wakes the scene's strand; not for ever, so that a test whose scene stands still fails by what it sees.
    private func wait(until isTrue: () -> Bool) async {
        let deadline = loop.deadline(inSeconds: 2 * Self.patienceSeconds)
        while !isTrue(), await strand.park(until: deadline) != .timeout {}
    }

    /// As `wait`, for what wakes somebody else.
    private func turns(until isTrue: () -> Bool) async {
        let deadline = loop.deadline(inSeconds: 2 * Self.patienceSeconds)
        while !isTrue(), loop.deadline(in: 0) < deadline { await Task.yield() }
    }

    /// Puts back what somebody got.
    func giveBack() {
        guard !taken.isEmpty else { return }
        let connection = taken.removeFirst()
        connection.pool.checkIn(connection)
    }

    /// Waits until the server knows of a connection.
    func hearServer() async {
        await wait { !accepted.isEmpty }
    }

    /// Lets the server say something.
    func speak(_ text: String) {
        let bytes = Array(text.utf8)
        _ = accepted[0].write(bytes, 0..<bytes.count)
        _ = accepted[0].flush()
    }
}
