import Glibc
import Settings
import Snapshot
import Sockets
import Testing

@testable import Gateway

@Suite("OriginResolver") struct OriginResolverTests {
    private let address = Address("127.0.0.1:80")!
    private let old = Origin(name: "old", servers: [.init(host: "old.test", port: 80)])
    private let new = Origin(name: "new", servers: [.init(host: "new.test", port: 80)])

    @Test func `an origin that is followed keeps its addresses, and nobody is asked for them again`() {
        let (asked, address) = (Guarded(0), address)
        let resolver = OriginResolver { _ in
            asked.withLock { $0 += 1 }
            return [address]
        }
        let first = resolver.find([old])
        resolver.follow(first)
        let second = resolver.find([new, old])
        #expect(second[1].addresses === first[0].addresses)
        #expect(asked.withLock { $0 } == 2)
    }

    @Test func `what was found and then not followed changes nothing`() {
        let address = address
        let resolver = OriginResolver { _ in [address] }
        let first = resolver.find([old])
        resolver.follow(first)
        _ = resolver.find([new])
        #expect(resolver.find([old])[0].addresses === first[0].addresses)
    }

    @Test func `a loop goes on while names are looked up`() async throws {
        let (loop, went, address) = (try Loop(name: "test"), Guarded(false), address)
        loop.start()
        defer { loop.stop() }
        // Answers only once the loop that asks has done something else.
        let resolver = OriginResolver { _ in
            loop.post { went.withLock { $0 = true } }
            for _ in 0..<60_000 where !went.withLock({ $0 }) { usleep(1_000) }
            return [address]
        }
        let new = new
        let found = await withCheckedContinuation { done in
            loop.spawn { done.resume(returning: await resolver.find([new], timeoutMilliseconds: 60_000)) }
        }
        #expect(!found[0].isUnknown)
    }

    @Test func `names that take too long are unknown for now`() async throws {
        let (loop, isOver, address) = (try Loop(name: "test"), Guarded(false), address)
        loop.start()
        defer { loop.stop() }
        let resolver = OriginResolver { _ in
            for _ in 0..<60_000 where !isOver.withLock({ $0 }) { usleep(1_000) }
            return [address]
        }
        let new = new
        let found = await withCheckedContinuation { done in
            loop.spawn { done.resume(returning: await resolver.find([new], timeoutMilliseconds: 1)) }
        }
        #expect(found[0].isUnknown)
        isOver.withLock { $0 = true }
    }
}
