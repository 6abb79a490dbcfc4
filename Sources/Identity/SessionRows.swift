package import Authentication
package import Telemetry

/// The old application's table of sessions, where `mint` makes rows in it (`Mint.Kind.session`).
package protocol SessionRows: AnyObject, Sendable {
    /// Runs `statement` with the token, the user and the end.
    func add(_ statement: String, token: Secret, user: UserID, until: UnixTime) async throws(Unavailable)
    /// Runs `statement` with the token and the new end; `false` when it returned no row, because there is none any more.
    func extend(_ statement: String, token: Secret, until: UnixTime) async throws(Unavailable) -> Bool
}
