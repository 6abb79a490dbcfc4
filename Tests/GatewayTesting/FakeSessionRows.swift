package import Authentication
import Identity
import Snapshot
package import Telemetry

/// The old application's table of sessions, in memory, where `mint` makes rows in it.
package final class FakeSessionRows: SessionRows {
    package struct Row: Hashable, Sendable {
        package let user: String
        package var until: UnixTime
    }

    private struct State: Sendable {
        var rows: [Secret: Row] = [:]
        var outage: Unavailable?
        var additions = 0
    }

    private let state = Guarded(State())

    package init() {}

    package var rows: [Row] { state.withLock { Array($0.rows.values) } }
    package var additions: Int { state.withLock { $0.additions } }
    package func row(_ token: Secret) -> Row? { state.withLock { $0.rows[token] } }
    package func fail(_ outage: Unavailable?) { state.withLock { $0.outage = outage } }
    /// As when the application signs everybody out.
    package func removeAll() { state.withLock { $0.rows = [:] } }

    package func add(_ statement: String, token: Secret, user: UserID, until: UnixTime) async throws(Unavailable) {
        await Task.yield()
        try change { state in
            state.additions += 1
            state.rows[token] = Row(user: user.text, until: until)
        }
    }

    package func extend(_ statement: String, token: Secret, until: UnixTime) async throws(Unavailable) -> Bool {
        await Task.yield()
        return try change { state in
            state.rows[token]?.until = until
            return state.rows[token] != nil
        }
    }

    private func change<Answer: Sendable>(_ body: @Sendable (inout State) -> Answer) throws(Unavailable) -> Answer {
        let result: Result<Answer, Unavailable> = state.withLock { state in
            if let outage = state.outage { return .failure(outage) }
            return .success(body(&state))
        }
        return try result.get()
    }
}
