import Sockets
import Testing

@Suite struct SocketTests {
    @Test func `bytes go through a connection and its end is seen`() async throws {
        let loop = try Loop(name: "test")
        loop.start()
        let received = await withCheckedContinuation { (done: CheckedContinuation<String, Never>) in
            loop.spawn { await done.resume(returning: echo("hello", on: loop)) }
        }
        #expect(received == "hello")
        loop.stop()
    }

    @Test func `a connection to a closed port is refused`() async throws {
        let loop = try Loop(name: "test")
        loop.start()
        let failed = await withCheckedContinuation { (done: CheckedContinuation<Bool, Never>) in
            loop.spawn {
                let strand = Strand(on: loop)
                defer { strand.retire() }
                do {
                    let socket = try await Socket.connect(
                        to: Address("127.0.0.1:1")!, on: strand, loop: loop, until: loop.deadline(in: 1000))
                    socket.close()
                    done.resume(returning: false)
                } catch {
                    done.resume(returning: true)
                }
            }
        }
        #expect(failed)
        loop.stop()
    }
}

/// Sends `text` to a listener on the same loop and returns what that one read up to the end.
private func echo(_ text: String, on loop: Loop) async -> String {
    let strand = Strand(on: loop)
    defer { strand.retire() }
    let arrived = Arrived()
    guard
        let listener = try? ListeningSocket(
            on: Address("127.0.0.1:0")!, loop: loop,
            accepted: { socket in
                socket.strand = strand
                arrived.socket = socket
                strand.wake()
            }, refused: { _ in })
    else { return "no listener" }
    defer { listener.close() }
    guard
        let client = try? await Socket.connect(to: listener.address, on: strand, loop: loop, until: loop.deadline(in: 5000))
    else { return "no connection" }
    _ = client.write(Array(text.utf8), 0..<text.utf8.count)
    client.finishWriting()
    while arrived.socket == nil { _ = await strand.park(until: .never) }
    guard let server = arrived.socket else { return "nobody" }
    var buffer = Buffer(capacity: 64)
    while true {
        switch server.read(into: &buffer) {
        case .bytes: continue
        case .wouldBlock: _ = await server.waitToRead(on: strand, until: .never)
        case .end:
            client.close()
            server.close()
            return String(decoding: buffer.storage[buffer.filled], as: UTF8.self)
        case .failed(let error): return error.description
        }
    }
}

private final class Arrived { var socket: Socket? }
