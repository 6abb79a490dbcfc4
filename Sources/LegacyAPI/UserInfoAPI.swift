package import Authentication
package import Settings
import Sockets
package import Telemetry

/// Asks the old application whose a credential is: `legacy` entries with kind `userinfo`. One value for each version of the
/// settings, so that an entry's number never means another entry; what they share are the calls.
package struct UserInfoAPI: LegacyUserInfo {
    private let entries: [LegacySettings]
    private let calls: UserInfoCalls

    package init(_ entries: [LegacySettings], through calls: UserInfoCalls) { (self.entries, self.calls) = (entries, calls) }

    package func user(entry: Int, credential: Secret, from source: CredentialSource) async throws(Unavailable) -> UserID? {
        guard entries.indices.contains(entry), case .userInfo(let settings) = entries[entry].kind else {
            throw .away("legacy entry \(entry) does not ask the old application")
        }
        let question = UserInfoQuestion(entry: entries[entry].name, settings: settings, source: source, credential: credential)
        // The transfer keeps the deadline; a loop waits a little longer, so that its answer is the one that counts.
        let result = await answer(timeoutMilliseconds: Limits.waitMilliseconds + 500) { reply in calls.ask(question, reply) }
        guard let result else { throw .timedOut }
        return try result.get()
    }
}
