import HTTPServer
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

    @Test func `a connection that comes back is for who has waited longest, whatever woke the others`() async throws {
        let isFair = try await PoolScene.play { scene in
            guard let only = try? await scene.checkOut() else { return [] }
            await scene.letWait(2)
            // The first hears its client, and goes on waiting.
            scene.waiting[0].strand.wake()
            await Task.yield()
            await Task.yield()
            only.pool.checkIn(only)
            // Somebody who asks in this very moment comes behind them.
            let isKept = scene.pool?.takeIdle(for: scene.strand) == nil
            _ = await scene.outcomes(1)
            let wasFirst = scene.served == [0]
            scene.giveBack()
            _ = await scene.outcomes(2)
            return [isKept, wasFirst]
        }
        #expect(isFair == [true, true])
    }

    @Test func `who gives up is passed over, and those behind keep their order`() async throws {
        let isFair = try await PoolScene.play { scene in
            guard let only = try? await scene.checkOut() else { return [] }
            await scene.letWait(1)
            let gaveUp = await scene.asksInVain()
            await scene.letWait(2)
            only.pool.checkIn(only)
            for number in 1...3 {
                _ = await scene.outcomes(number)
                scene.giveBack()
            }
            return [gaveUp, scene.served == [0, 1, 2]]
        }
        #expect(isFair == [true, true])
    }

    @Test func `who was woken by its client takes no other's place`() async throws {
        let served = try await PoolScene.play { scene in
            guard let only = try? await scene.checkOut() else { return [] }
            await scene.letWait(2)
            // The first who waits hears its client in the very turn in which the connection comes back.
            scene.waiting[0].strand.wake()
            only.pool.checkIn(only)
            _ = await scene.outcomes(1)
            scene.giveBack()
            return await scene.outcomes(2)
        }
        #expect(served == [true, true])
    }

    @Test func `a client that leaves gives its turn up, wherever in the line, and its place too where it was called`() async throws
    {
        for gone in 0...1 {
            for wasCalled in [false, true] {
                let isPassed = try await PoolScene.play { scene in
                    guard let only = try? await scene.checkOut() else { return [] }
                    await scene.letWait(2)
                    scene.leave(gone)
                    // Else it leaves in the very moment in which the connection comes back.
                    if !wasCalled { _ = await scene.outcomes(1) }
                    only.pool.checkIn(only)
                    let outcomes = await scene.outcomes(2)
                    return [scene.served == [1 - gone], outcomes.count { $0 } == 1]
                }
                #expect(isPassed == [true, true], "\(gone), \(wasCalled)")
            }
        }
    }

    @Test func `a place that was promised to a client that has left is free again`() async throws {
        let isFree = try await PoolScene.play { scene in
            guard let only = try? await scene.checkOut() else { return [] }
            await scene.letWait(1)
            scene.leave(0)
            only.pool.checkIn(only)
            _ = await scene.outcomes(1)
            return [scene.served.isEmpty, scene.pool?.takeIdle(for: scene.strand) === only]
        }
        #expect(isFree == [true, true])
    }

    @Test func `a client that has only finished sending keeps its turn`() async throws {
        let isFair = try await PoolScene.play { scene in
            guard let only = try? await scene.checkOut() else { return [] }
            await scene.letWait(2)
            await scene.finishSending(0)
            only.pool.checkIn(only)
            _ = await scene.outcomes(1)
            scene.giveBack()
            _ = await scene.outcomes(2)
            return [scene.served == [0, 1]]
        }
        #expect(isFair == [true])
    }

    @Test func `who is called and finds no address calls the next`() async throws {
        let isTold = try await PoolScene.play { scene in
            guard let only = try? await scene.checkOut() else { return [] }
            await scene.letWait(3)
            scene.loseAddresses()
            only.pool.discard(only)
            _ = await scene.outcomes(3)
            return [scene.unresolved == [0, 1, 2]]
        }
        #expect(isTold == [true])
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
