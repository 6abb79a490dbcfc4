import Sockets

/// Two connected sockets on a loop of their own, and the strand that both of them wake.
struct SocketPair {
    let loop: Loop
    let strand: Strand
    let client: Socket
    let server: Socket

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
                pair.strand.retire()
                done.resume(returning: result)
            }
        }
    }

    private init?(on loop: Loop) async {
        let strand = Strand(on: loop)
        let arrived = Arrived()
        guard
            let listener = try? ListeningSocket(
                on: Address("127.0.0.1:0")!, loop: loop,
                accepted: { socket in
                    socket.strand = strand
                    arrived.socket = socket
                    strand.wake()
                }, refused: { _ in })
        else { return nil }
        defer { listener.close() }
        guard
            let client = try? await Socket.connect(to: listener.address, on: strand, loop: loop, until: loop.deadline(in: 5000))
        else { return nil }
        while arrived.socket == nil { _ = await strand.park(until: .never) }
        guard let server = arrived.socket else { return nil }
        (self.loop, self.strand, self.client, self.server) = (loop, strand, client, server)
    }

    /// Everything that the server gets until the client's end, or until `bytes` have come.
    func received(upTo bytes: Int = .max) async -> [UInt8] {
        var all: [UInt8] = []
        var buffer = Buffer(capacity: 65_536)
        while all.count < bytes {
            switch server.read(into: &buffer) {
            case .bytes:
                all += buffer.storage[buffer.filled]
                buffer.clear()
            case .wouldBlock: _ = await server.waitToRead(on: strand, until: .never)
            case .end, .failed: return all
            }
        }
        return all
    }
}

private final class Arrived { var socket: Socket? }
