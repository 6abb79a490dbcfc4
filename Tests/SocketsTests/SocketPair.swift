import Sockets

/// Two connected sockets on a loop of their own, each with its strand. It is made and used on that loop and nowhere else.
struct SocketPair: @unchecked Sendable {
    let loop: Loop
    let client: Socket
    let clientStrand: Strand
    let server: Socket
    let serverStrand: Strand

    /// What `body` returns, which runs on the loop; `nil` when no pair could be made.
    static func with<Result: Sendable>(_ body: @escaping @Sendable (SocketPair) async -> Result) async throws -> Result? {
        let loop = try Loop(name: "test")
        loop.start()
        defer { loop.stop() }
        return await withCheckedContinuation { done in
            loop.spawn {
                guard let pair = await SocketPair(on: loop) else { return done.resume(returning: nil) }
                let result = await body(pair)
                pair.client.close()
                pair.server.close()
                pair.clientStrand.retire()
                pair.serverStrand.retire()
                done.resume(returning: result)
            }
        }
    }

    private init?(on loop: Loop) async {
        let (clientStrand, serverStrand) = (Strand(on: loop), Strand(on: loop))
        let arrived = Arrived()
        guard
            let listener = try? ListeningSocket(
                on: Address("127.0.0.1:0")!, loop: loop,
                accepted: { socket in
                    socket.strand = serverStrand
                    arrived.socket = socket
                    serverStrand.wake()
                }, refused: { _ in })
        else { return nil }
        defer { listener.close() }
        guard
            let client = try? await Socket.connect(
                to: listener.address, on: clientStrand, loop: loop, until: loop.deadline(in: 5000))
        else { return nil }
        let deadline = Self.deadline(on: loop)
        while arrived.socket == nil, await serverStrand.park(until: deadline) != .timeout {}
        guard let server = arrived.socket else { return nil }
        self.loop = loop
        (self.client, self.clientStrand) = (client, clientStrand)
        (self.server, self.serverStrand) = (server, serverStrand)
    }

    static let message = [UInt8](0..<251)

    /// When a test gives up what should have come long ago: it must fail, and not keep the run.
    var deadline: Deadline { Self.deadline(on: loop) }
    private static func deadline(on loop: Loop) -> Deadline { loop.deadline(inSeconds: 60) }

    /// Writes messages until the kernel has no room for one; how many bytes the client's socket has taken by then.
    func fillUp() async -> Int {
        var taken = 0
        while client.backlog == 0 {
            while case .bytes(let count) = client.write(Self.message, Self.message.indices) { taken += count }
            await Task.yield()
        }
        return taken
    }

    /// Everything that the server gets until the client's end, until `bytes` have come, or until nothing more does.
    func received(upTo bytes: Int = .max) async -> [UInt8] {
        var all: [UInt8] = []
        var buffer = Buffer(capacity: 65_536)
        let deadline = deadline
        while all.count < bytes {
            switch server.read(into: &buffer) {
            case .bytes:
                all += buffer.storage[buffer.filled]
                buffer.clear()
            case .wouldBlock: guard await server.waitToRead(on: serverStrand, until: deadline) != .timeout else { return all }
            case .end, .failed: return all
            }
        }
        return all
    }
}

private final class Arrived { var socket: Socket? }
