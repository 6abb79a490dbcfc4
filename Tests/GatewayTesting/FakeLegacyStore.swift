package import Authentication
import Snapshot
package import Telemetry

/// The old application's sessions and block list, in memory.
package final class FakeLegacyStore: LegacyStore {
    private struct State: Sendable {
        var sessions: [Secret: UserID] = [:]
        var revoked: Set<String> = []
        var inactive: Set<UserID> = []
        var claims: [LegacyClaim] = []
        var outage: Unavailable?
        var questions = 0
        var isHeld = false
        var held: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Guarded(State())

    package init() {}

    package var questions: Int { state.withLock { $0.questions } }
    package func add(session token: String, of user: String) { state.withLock { $0.sessions[Secret(token)] = UserID(user) } }
    package func remove(session token: String) { state.withLock { $0.sessions[Secret(token)] = nil } }
    /// What was asked about tokens, in turn.
    package var claims: [LegacyClaim] { state.withLock { $0.claims } }
    package func deactivate(_ user: String) { state.withLock { _ = $0.inactive.insert(UserID(user)) } }
    package func revoke(_ tokenID: String) { state.withLock { _ = $0.revoked.insert(tokenID) } }
    package func fail(_ outage: Unavailable?) { state.withLock { $0.outage = outage } }

    /// From now on sessions are asked for in vain, until `release`.
    package func hold() { state.withLock { $0.isHeld = true } }

    package func release() {
        let held = state.withLock { state in
            defer { (state.isHeld, state.held) = (false, []) }
            return state.held
        }
        for asker in held { asker.resume() }
    }

    private func wait() async {
        await withCheckedContinuation { asker in
            let isHeld = state.withLock { state in
                if state.isHeld { state.held.append(asker) }
                return state.isHeld
            }
            if !isHeld { asker.resume() }
        }
    }

    package func sessionUser(entry: Int, token: Secret) async throws(Unavailable) -> UserID? {
        if state.withLock({ $0.isHeld }) { await wait() }
        return try ask { $0.sessions[token] }
    }

    package func standing(entry: Int, of claim: LegacyClaim) async throws(Unavailable) -> LegacyStanding {
        try ask { state in
            state.claims.append(claim)
            if let tokenID = claim.tokenID, state.revoked.contains(tokenID) { return .revoked }
            return state.inactive.contains(claim.user) ? .inactive : .good
        }
    }

    private func ask<Answer: Sendable>(_ answer: @Sendable (inout State) -> Answer) throws(Unavailable) -> Answer {
        let result: Result<Answer, Unavailable> = state.withLock { state in
            state.questions += 1
            if let outage = state.outage { return .failure(outage) }
            return .success(answer(&state))
        }
        return try result.get()
    }
}
