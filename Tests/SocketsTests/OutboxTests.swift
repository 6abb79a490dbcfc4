import Sockets
import Testing

@Suite struct OutboxTests {
    @Test func `short messages go out at the end of the turn, in their order`() async throws {
        let seen = try await SocketPair.with { pair in
            write("one,", to: pair.client)
            write("two", to: pair.client)
            let isHeld = pair.server.isQuiet()
            await Task.yield()
            let isSent = !pair.server.isQuiet()
            pair.client.finishWriting()
            return (isHeld, isSent, await pair.received())
        }
        #expect(seen?.0 == true)
        #expect(seen?.1 == true)
        #expect(seen?.2 == Array("one,two".utf8))
    }

    @Test func `a long message goes out at once, behind the short ones`() async throws {
        let long = [UInt8](repeating: 7, count: 20_000)
        let seen = try await SocketPair.with { pair in
            write("short", to: pair.client)
            _ = pair.client.write(long, long.indices)
            let isSent = !pair.server.isQuiet()
            return (isSent, await pair.received(upTo: 20_005))
        }
        #expect(seen?.0 == true)
        #expect(seen?.1 == Array("short".utf8) + long)
    }

    @Test(arguments: [33, 200])
    func `more messages than go out together do not wait for the end of the turn`(count: Int) async throws {
        let isSent = try await SocketPair.with { pair in
            for _ in 0..<count { write("x", to: pair.client) }
            return !pair.server.isQuiet()
        }
        #expect(isSent == true)
    }

    @Test func `what was written before a close arrives`() async throws {
        let received = try await SocketPair.with { pair in
            write("goodbye", to: pair.client)
            pair.client.close()
            return await pair.received()
        }
        #expect(received == Array("goodbye".utf8))
    }

    @Test func `what the kernel has no room for is kept, and nothing is written before it`() async throws {
        let seen = try await SocketPair.with { pair in
            let taken = await pair.fillUp()
            let (backlog, isFlushed) = (pair.client.backlog, pair.client.flush())
            let received = await pair.received(upTo: taken)
            await pair.client.settle(on: pair.clientStrand, until: pair.deadline)
            write("end", to: pair.client)
            pair.client.finishWriting()
            return (taken, backlog, isFlushed, received + (await pair.received()))
        }
        let (taken, backlog, isFlushed, received) = try #require(seen)
        #expect(backlog > 0)
        #expect(!isFlushed)
        #expect(received.count == taken + 3)
        #expect(received.dropLast(3).indices.allSatisfy { received[$0] == UInt8($0 % SocketPair.message.count) })
        #expect(received.suffix(3) == Array("end".utf8)[...])
    }

    @Test func `who settles before a close loses nothing`() async throws {
        let seen = try await SocketPair.with { pair in
            let taken = await pair.fillUp()
            pair.loop.spawn {
                await pair.client.settle(on: pair.clientStrand, until: pair.deadline)
                pair.client.close()
            }
            return (taken, await pair.received().count)
        }
        let (taken, received) = try #require(seen)
        #expect(received == taken)
    }

    @Test func `a peer that takes nothing is reset, and does not believe that it has everything`() async throws {
        let seen = try await SocketPair.with { pair in
            _ = await pair.fillUp()
            await pair.client.settle(on: pair.clientStrand, until: pair.loop.deadline(in: 1))
            pair.client.close()
            let deadline = pair.deadline
            while !pair.server.isBroken, await pair.serverStrand.park(until: deadline) != .timeout {}
            return pair.server.isBroken
        }
        #expect(seen == true)
    }

    @Test func `that a message was lost is learned by the next write`() async throws {
        let seen = try await SocketPair.with { pair in
            pair.server.resetOnClose()
            pair.server.close()
            let first = write("lost", to: pair.client)
            await Task.yield()
            return (first, pair.client.isBroken, write("more", to: pair.client))
        }
        let (first, isBroken, second) = try #require(seen)
        #expect(first == .bytes(4))
        #expect(isBroken)
        guard case .failed = second else {
            Issue.record("expected a failure, got \(second)")
            return
        }
    }

    @Test(arguments: [4, 20_000])
    func `a reset that a write was told of is no end for a read`(bytes: Int) async throws {
        let last = try await SocketPair.with { pair in
            pair.server.resetOnClose()
            pair.server.close()
            _ = pair.client.write([UInt8](repeating: 0, count: bytes), 0..<bytes)
            await Task.yield()
            _ = await pair.client.waitToRead(on: pair.clientStrand, until: pair.loop.deadline(in: 5000))
            var buffer = Buffer(capacity: 64)
            return pair.client.read(into: &buffer)
        }
        guard case .failed = last else {
            Issue.record("expected a failure, got \(String(describing: last))")
            return
        }
    }

    @Test func `a loss wakes who waits for an answer`() async throws {
        let wake = try await SocketPair.with { pair in
            pair.server.resetOnClose()
            pair.server.close()
            write("lost", to: pair.client)
            return await pair.client.waitToRead(on: pair.clientStrand, until: pair.loop.deadline(in: 5000))
        }
        guard case .ready = wake else {
            Issue.record("expected to be woken, got \(String(describing: wake))")
            return
        }
    }
}

@discardableResult
func write(_ text: String, to socket: Socket) -> Socket.Transfer { socket.write(Array(text.utf8), 0..<text.utf8.count) }
