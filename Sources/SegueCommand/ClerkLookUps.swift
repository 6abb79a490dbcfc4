internal import Authentication
internal import ClerkAPI
internal import Fetch
internal import Migration
internal import Settings
internal import Snapshot
internal import Sockets

/// Clerk, for a command that only looks and writes nothing, not even whose turn it is.
enum ClerkLookUps {
    static let keyIsMissing = "the settings have no clerk.secretKey"

    /// Runs on a loop. `nil`: there is no key to ask with.
    static func with<Answer>(
        _ clerk: ClerkSettings?, isPatient: Bool = true, _ body: (ClerkCalls) async -> Answer
    ) async -> Answer? {
        guard let clerk, let secretKey = clerk.secretKey, let key = MigrationEstimate.Key(clerk) else { return nil }
        let engine = FetchEngine()
        engine.start()
        defer { engine.stop() }
        let api = ClerkUserAdminAPI(clerk, secretKey: secretKey, client: FetchClient(engine: engine))
        return await body(ClerkCalls(api, EvenPace(calls: key.callsOfOurs), isPatient: isPatient))
    }
}

/// Calls evenly spread over time, of one process alone.
private final class EvenPace: CallPace {
    private let milliseconds: Int64
    private let next = Guarded(Clock.monotonicMilliseconds())

    /// - Parameter calls: in ten seconds.
    init(calls: Int) { milliseconds = Int64(10_000 / calls) }

    func turn() async throws(Unavailable) {
        let wait = next.withLock { next in
            next = max(next, Clock.monotonicMilliseconds()) + milliseconds
            return next - Clock.monotonicMilliseconds()
        }
        await pause(milliseconds: Int(wait))
    }

    func block(seconds: Int) async {
        next.withLock { $0 = max($0, Clock.monotonicMilliseconds() + Int64(seconds) * 1_000) }
    }

    func pause(milliseconds: Int) async { if milliseconds > 0 { await sleep(milliseconds: milliseconds) } }
}
