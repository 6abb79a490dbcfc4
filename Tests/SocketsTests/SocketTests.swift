import Sockets
import Testing

@Suite struct SocketTests {
    @Test func `bytes go through a connection and its end is seen`() async throws {
        let received = try await SocketPair.with { pair in
            write("hello", to: pair.client)
            pair.client.finishWriting()
            return await pair.received()
        }
        #expect(received == Array("hello".utf8))
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
