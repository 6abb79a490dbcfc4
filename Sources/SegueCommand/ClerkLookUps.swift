internal import ClerkAPI
internal import Fetch
internal import Migration
internal import Settings
internal import Snapshot
internal import Sockets

/// Clerk, for a command that only looks: evenly spread over time, below Clerk's limits.
enum ClerkLookUps {
    static let keyIsMissing = "the settings have no clerk.secretKey"

    /// Runs on a loop. `nil`: there is no key to ask with.
    static func with<Answer>(_ clerk: ClerkSettings?, _ body: (ClerkCensus) async -> Answer) async -> Answer? {
        guard let clerk, let secretKey = clerk.secretKey, let key = MigrationEstimate.Key(clerk) else { return nil }
        let engine = FetchEngine()
        engine.start()
        defer { engine.stop() }
        let api = ClerkUserAdminAPI(clerk, secretKey: secretKey, client: FetchClient(engine: engine))
        let turns = Guarded((count: 0, start: Clock.monotonicMilliseconds()))
        let milliseconds = Int64(10_000 / key.callsOfOurs)
        return await body(
            ClerkCensus(api) { seconds in
                let due = turns.withLock { turns in
                    turns.count += 1
                    return turns.start + Int64(turns.count) * milliseconds
                }
                let wait = max(Int64(seconds) * 1_000, due - Clock.monotonicMilliseconds())
                if wait > 0 { await sleep(milliseconds: Int(wait)) }
            })
    }
}
