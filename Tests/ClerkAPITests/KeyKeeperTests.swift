import Authentication
import Crypto
import JOSE
import Settings
import Snapshot
import Telemetry
import Testing

@testable import ClerkAPI

/// Keys are made once: RSA generation is slow.
enum TestKeys {
    static let a = entry("ins_a")
    static let b = entry("ins_b")
    /// Another key under the `kid` of `a`.
    static let anotherA = entry("ins_a")

    private static func entry(_ kid: String) -> KeySet.Entry {
        guard let key = try? PrivateKey(generating: .rs256) else { preconditionFailure("no key could be made") }
        return KeySet.Entry(kid, key.publicKey)
    }
}

/// Time that stands still until the test moves it, and a Clerk that answers when the test says so.
final class FakeWorld: Sendable {
    struct State {
        var now: Int64 = 1_000_000
        var wall = UnixTime(seconds: 1_800_000_000)
        var timers: [(due: Int64, work: @Sendable () -> Void)] = []
        var fetches: [@Sendable (Result<KeySet, KeySetProblem>) -> Void] = []
        var fetchCount = 0
        var file: KeyFileContent?
        var reports: [String] = []
    }

    let state = Guarded(State())

    var world: KeyWorld {
        KeyWorld(
            now: { self.state.withLock { $0.now } },
            wall: { self.state.withLock { $0.wall } },
            random: { 0 },
            fetch: { completion in
                self.state.withLock {
                    $0.fetches.append(completion)
                    $0.fetchCount += 1
                }
            },
            schedule: { milliseconds, work in self.state.withLock { $0.timers.append(($0.now + Int64(milliseconds), work)) } },
            load: { self.state.withLock { $0.file } },
            store: { content in self.state.withLock { $0.file = content } })
    }

    func keeper(_ change: (inout ClerkSettings) -> Void = { _ in }) throws -> KeyKeeper {
        var settings = ClerkSettings(
            issuer: "https://x.clerk.accounts.dev", jwksURL: "https://x.clerk.accounts.dev/.well-known/jwks.json")
        change(&settings)
        return try KeyKeeper(settings: settings, world: world) { line in self.state.withLock { $0.reports.append(line) } }
    }

    /// Moves the time on, and fires the timers that become due on the way.
    func advance(_ milliseconds: Int64) {
        let end = state.withLock { $0.now + milliseconds }
        while let timer = nextTimer(until: end) { timer() }
        state.withLock {
            $0.wall = $0.wall.adding(milliseconds: end - $0.now)
            $0.now = end
        }
    }

    private func nextTimer(until end: Int64) -> (@Sendable () -> Void)? {
        state.withLock { state in
            guard let index = state.timers.indices.min(by: { state.timers[$0].due < state.timers[$1].due }),
                state.timers[index].due <= end
            else { return nil }
            let timer = state.timers.remove(at: index)
            state.wall = state.wall.adding(milliseconds: max(0, timer.due - state.now))
            state.now = max(state.now, timer.due)
            return timer.work
        }
    }

    var fetchesRunning: Int { state.withLock { $0.fetches.count } }
    var fetchCount: Int { state.withLock { $0.fetchCount } }
    var timers: Int { state.withLock { $0.timers.count } }

    func answer(_ entries: KeySet.Entry...) { answer(.success(KeySet(entries))) }
    func fail() { answer(.failure(KeySetProblem(text: "connect"))) }

    func answer(_ result: Result<KeySet, KeySetProblem>) {
        let completion = state.withLock { $0.fetches.isEmpty ? nil : $0.fetches.removeFirst() }
        guard let completion else {
            Issue.record("no fetch runs")
            return
        }
        completion(result)
    }
}

@Suite struct KeyKeeperTests {
    private let world = FakeWorld()

    private func published(_ keeper: KeyKeeper) -> [KeySet.Entry] { keeper.keys.read().value.entries }

    private func ask(_ keeper: KeyKeeper) async -> KeyFetchFailure? {
        do throws(KeyFetchFailure) {
            try await keeper.fetchAgain()
            return nil
        } catch { return error }
    }

    /// Starts so many questions and waits until the keeper has counted them all.
    private func asking(_ keeper: KeyKeeper, _ count: Int = 1) async -> Task<[KeyFetchFailure?], Never> {
        let before = keeper.status
        let task = Task {
            await withTaskGroup(of: KeyFetchFailure?.self) { group in
                for _ in 0..<count { group.addTask { await ask(keeper) } }
                return await group.reduce(into: []) { $0.append($1) }
            }
        }
        while keeper.status.waiting + Int(keeper.status.limited) < before.waiting + Int(before.limited) + count {
            await Task.yield()
        }
        return task
    }

    @Test func `the first keys are fetched at once and then every five minutes`() throws {
        let keeper = try world.keeper()
        #expect(keeper.keys.version == 1 && published(keeper).isEmpty)
        keeper.start()
        #expect(world.fetchesRunning == 1)
        world.answer(TestKeys.a)
        #expect(published(keeper) == [TestKeys.a])
        world.advance(299_999)
        #expect(world.fetchesRunning == 0)
        world.advance(1)
        #expect(world.fetchesRunning == 1)
    }

    @Test func `one that was replaced fetches and stores no more, and answers who still asks`() async throws {
        let keeper = try world.keeper()
        keeper.start()
        world.answer(TestKeys.a)
        world.advance(300_000)
        keeper.stop()
        world.answer(TestKeys.b)
        #expect(world.state.withLock { $0.file?.keys } == [TestKeys.a])
        world.advance(3_600_000)
        #expect(world.fetchesRunning == 0)
        let asked = await asking(keeper)
        #expect(world.fetchesRunning == 1)
        world.answer(TestKeys.b)
        #expect(await asked.value == [nil])
        #expect(world.state.withLock { $0.file?.keys } == [TestKeys.a])
        world.advance(3_600_000)
        #expect(world.fetchesRunning == 0)
    }

    @Test func `the version moves only when the keys differ`() throws {
        let keeper = try world.keeper()
        keeper.start()
        world.answer(TestKeys.a, TestKeys.b)
        let version = keeper.keys.version
        world.advance(300_000)
        world.answer(TestKeys.b, TestKeys.a)
        #expect(keeper.keys.version == version)
        world.advance(300_000)
        world.answer(TestKeys.b)
        #expect(keeper.keys.version == version, "the key that left still verifies")
        world.advance(90_000)
        #expect(keeper.keys.version == version + 1)
        #expect(published(keeper) == [TestKeys.b])
    }

    @Test func `a new key under the same kid joins the old one for the overlap`() throws {
        let keeper = try world.keeper()
        keeper.start()
        world.answer(TestKeys.a)
        world.advance(300_000)
        world.answer(TestKeys.anotherA)
        #expect(published(keeper) == [TestKeys.anotherA, TestKeys.a])
        world.advance(89_999)
        #expect(published(keeper).count == 2)
        world.advance(1)
        #expect(published(keeper) == [TestKeys.anotherA])
    }

    @Test func `a failed fetch leaves the keys, backs off and is reported once`() throws {
        let keeper = try world.keeper()
        keeper.start()
        world.answer(TestKeys.a)
        world.advance(300_000)
        world.fail()
        #expect(published(keeper) == [TestKeys.a])
        world.advance(1_000)
        world.fail()
        world.advance(2_000)
        world.fail()
        #expect(world.state.withLock { $0.reports.count } == 1)
        #expect(keeper.status.failuresInARow == 3 && keeper.status.lastError == "connect" && keeper.status.ageSeconds == 303)
        world.advance(60_000)
        world.answer(TestKeys.a)
        #expect(world.state.withLock { $0.reports.count } == 2)
        #expect(keeper.status.lastError == nil)
    }

    @Test func `keys older than a day are given up, and come back with the next success`() throws {
        let keeper = try world.keeper()
        keeper.start()
        world.answer(TestKeys.a)
        for _ in 0..<2_000 where keeper.status.keys == 1 {
            world.advance(60_000)
            if world.fetchesRunning > 0 { world.fail() }
        }
        #expect(published(keeper).isEmpty)
        #expect((86_400...86_460).contains(keeper.status.ageSeconds ?? 0))
        world.advance(60_000)
        world.answer(TestKeys.a)
        #expect(published(keeper) == [TestKeys.a])
    }

    @Test func `who asks waits for a fetch that begins then`() async throws {
        let keeper = try world.keeper()
        keeper.start()
        world.answer(TestKeys.a)
        let asking = await asking(keeper)
        #expect(world.fetchesRunning == 1)
        world.answer(TestKeys.b)
        #expect(await asking.value == [nil])
        #expect(published(keeper) == [TestKeys.b, TestKeys.a])
    }

    @Test func `a fetch that ran already when they asked does not answer them`() async throws {
        let keeper = try world.keeper()
        keeper.start()
        let asking = await asking(keeper, 10)
        world.answer(TestKeys.a)
        #expect(keeper.status.waiting == 10 && world.fetchesRunning == 1)
        world.answer(TestKeys.b)
        #expect(await asking.value == Array(repeating: nil, count: 10))
        #expect(world.fetchCount == 2)
    }

    @Test func `who waits longer than two seconds is told that we have no keys`() async throws {
        let keeper = try world.keeper()
        keeper.start()
        world.answer(TestKeys.a)
        let asking = await asking(keeper)
        world.advance(2_000)
        #expect(await asking.value == [.unavailable])
        world.answer(TestKeys.b)
        #expect(published(keeper) == [TestKeys.b, TestKeys.a], "the late answer is used all the same")
    }

    @Test func `who waited for a fetch that failed is told so`() async throws {
        let keeper = try world.keeper()
        keeper.start()
        world.answer(TestKeys.a)
        let asking = await asking(keeper)
        world.fail()
        #expect(await asking.value == [.unavailable])
    }

    @Test func `ten thousand requests with invented key ids cost at most four fetches in ten seconds`() async throws {
        let keeper = try world.keeper()
        keeper.start()
        world.answer(TestKeys.a)
        var outcomes: [KeyFetchFailure?] = []
        for _ in 0..<100 {
            let asking = await asking(keeper, 100)
            while world.fetchesRunning > 0 { world.answer(TestKeys.a) }
            outcomes += await asking.value
            world.advance(99)
        }
        #expect(outcomes.count == 10_000)
        #expect(world.fetchCount <= 4)
        #expect(
            outcomes.allSatisfy { outcome in
                switch outcome {
                case nil: true
                case .limited(let seconds): (1...10).contains(seconds)
                case .unavailable: false
                }
            })
        #expect(keeper.status.limited > 9_000)
        #expect(keeper.keys.version == 2)
    }

    @Test func `no more than 1,024 wait`() async throws {
        let keeper = try world.keeper()
        keeper.start()
        world.answer(TestKeys.a)
        let asking = await asking(keeper, 1_100)
        #expect(keeper.status.waiting == 1_024)
        world.answer(TestKeys.a)
        while world.fetchesRunning > 0 { world.answer(TestKeys.a) }
        let outcomes = await asking.value
        #expect(outcomes.count { $0 == nil } == 1_024)
        #expect(outcomes.count { $0 == .limited(retryAfterSeconds: 1) } == 76)
    }

    @Test func `timers do not multiply`() async throws {
        let keeper = try world.keeper()
        keeper.start()
        world.answer(TestKeys.a)
        for _ in 0..<50 {
            let asking = await asking(keeper, 3)
            while world.fetchesRunning > 0 { world.answer(TestKeys.a) }
            _ = await asking.value
            world.advance(15_000)
            while world.fetchesRunning > 0 { world.answer(TestKeys.a) }
        }
        #expect(world.timers <= 4)
    }

    @Test func `with a key in the settings nothing is fetched, ever`() async throws {
        let keeper = try world.keeper { $0.jwtKey = TestKeys.a.key.pem }
        keeper.start()
        #expect(await ask(keeper) == nil)
        world.advance(1_000_000)
        #expect(world.fetchCount == 0)
        #expect(keeper.keys.read().value.ignoresKeyIDs && keeper.status.isFixed)
    }

    @Test func `a jwtKey that is no key is refused`() {
        #expect(throws: CryptoError.self) {
            _ = try world.keeper { $0.jwtKey = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----" }
        }
    }

    @Test func `after a restart with Clerk away the keys of before verify`() throws {
        let first = try world.keeper()
        first.start()
        world.answer(TestKeys.a)
        world.advance(300_000)
        world.answer(TestKeys.b)
        world.advance(60_000)
        let second = try world.keeper()
        second.start()
        #expect(published(second) == [TestKeys.b, TestKeys.a])
        #expect(second.status.ageSeconds == 60)
        world.fail()
        world.advance(30_000)
        #expect(published(second) == [TestKeys.b], "the overlap goes on across the restart")
    }

    @Test func `keys that are too old after a restart are not used`() throws {
        let first = try world.keeper()
        first.start()
        world.answer(TestKeys.a)
        world.state.withLock { $0.wall = $0.wall.adding(seconds: 86_400) }
        let second = try world.keeper()
        second.start()
        #expect(published(second).isEmpty)
    }

    @Test func `a clock that went back does not make keys from the future older or younger than now`() throws {
        let first = try world.keeper()
        first.start()
        world.answer(TestKeys.a)
        world.state.withLock { $0.wall = $0.wall.adding(seconds: -3_600) }
        let second = try world.keeper()
        second.start()
        #expect(second.status.ageSeconds == 0)
    }
}
