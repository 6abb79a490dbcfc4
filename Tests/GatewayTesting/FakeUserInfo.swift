package import Authentication
package import Settings
import Snapshot
package import Telemetry

/// The old application that knows whose a credential is, in memory.
package final class FakeUserInfo: LegacyUserInfo {
    package struct Question: Hashable, Sendable {
        package let entry: Int
        package let credential: Secret
        package let source: CredentialSource

        package init(entry: Int, credential: Secret, source: CredentialSource) {
            (self.entry, self.credential, self.source) = (entry, credential, source)
        }
    }

    private struct State: Sendable {
        var users: [Secret: UserID] = [:]
        var questions: [Question] = []
        var outage: Unavailable?
    }

    private let state = Guarded(State())

    package init() {}

    package var questions: [Question] { state.withLock { $0.questions } }
    package func add(_ credential: String, of user: String) { state.withLock { $0.users[Secret(credential)] = UserID(user) } }
    package func fail(_ outage: Unavailable?) { state.withLock { $0.outage = outage } }

    package func user(entry: Int, credential: Secret, from source: CredentialSource) async throws(Unavailable) -> UserID? {
        let result: Result<UserID?, Unavailable> = state.withLock { state in
            state.questions.append(Question(entry: entry, credential: credential, source: source))
            if let outage = state.outage { return .failure(outage) }
            return .success(state.users[credential])
        }
        return try result.get()
    }
}
