package import Settings
package import Telemetry

// What the rules of this module ask of the world; adapters answer.

/// Why a question got no answer. Each means 503, never 401.
package enum Unavailable: Error, Hashable, Sendable {
    /// The other side cannot be reached, with what the library said.
    case away(String)
    /// No answer within the deadline.
    case timedOut
    /// The queue of questions is full.
    case overloaded
}

extension Unavailable: CustomStringConvertible {
    package var description: String {
        switch self {
        case .away(let message): message
        case .timedOut: "the database did not answer in time"
        case .overloaded: "the database has no room for the question"
        }
    }
}

/// The database behind old credentials: the queries that `legacy` entries name.
package protocol LegacyStore: Sendable {
    /// The user of a session row; `nil` when the query yields none. `entry` is the index into `Settings.legacy`.
    func sessionUser(entry: Int, token: Secret) async throws(Unavailable) -> UserID?
    /// What the entry's `revoked` and `active` queries say of a token whose signature is good.
    func standing(entry: Int, of claim: LegacyClaim) async throws(Unavailable) -> LegacyStanding
}

/// What a token says that the old application's queries are asked by.
package struct LegacyClaim: Sendable, Hashable {
    package let user: UserID
    /// The `jti` or the token's digest, as `revokedBy` says; `nil` where neither is asked for.
    package let tokenID: String?
    package let issued: UnixTime?

    package init(user: UserID, tokenID: String?, issued: UnixTime?) {
        (self.user, self.tokenID, self.issued) = (user, tokenID, issued)
    }
}

package enum LegacyStanding: Sendable, Hashable { case good, revoked, inactive }

/// The old application itself, which knows whose a credential is: `legacy` entries with kind `userinfo`.
package protocol LegacyUserInfo: Sendable {
    /// `nil`: nobody's. `entry` is the index into `Settings.legacy`, `source` where the credential stood.
    func user(entry: Int, credential: Secret, from source: CredentialSource) async throws(Unavailable) -> UserID?
}

/// Where Clerk's keys come from.
package protocol KeySource: Sendable {
    /// Waits, 2 s at most, for a fetch that started after this call; the keys are then in the published set.
    func fetchAgain() async throws(KeyFetchFailure)
}

package enum KeyFetchFailure: Error, Hashable, Sendable {
    /// The limiter allows no fetch now; try again after so many seconds.
    case limited(retryAfterSeconds: Int)
    /// The fetch failed, or took too long.
    case unavailable
}
