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
    /// Whether the entry's `revoked` query yields a row for this token.
    func isRevoked(entry: Int, tokenID: String) async throws(Unavailable) -> Bool
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
