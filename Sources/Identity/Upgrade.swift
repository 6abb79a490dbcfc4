package import Authentication
package import Telemetry

/// An old session that is exchanged for a sign-in to Clerk.
package struct Upgrade: Sendable, Hashable {
    /// `Upgrade.mark` of the credential: whoever reads the database cannot use it.
    package let credential: String
    package let user: UserID
    package let clerkUser: ClerkUserID
    package let requestID: String
    package let time: UnixTime

    package init(credential: String, user: UserID, clerkUser: ClerkUserID, requestID: String, time: UnixTime) {
        (self.credential, self.user, self.clerkUser) = (credential, user, clerkUser)
        (self.requestID, self.time) = (requestID, time)
    }
}

package enum UpgradeStanding: Sendable, Hashable {
    case begun
    /// This session was exchanged already, by whichever replica.
    case doneBefore
    /// The row is not active any more, or linked to somebody else.
    case changed
}

/// Which sessions were exchanged: once each, whoever is asked.
package protocol UpgradeLog: AnyObject, Sendable {
    func begin(_ upgrade: Upgrade) async throws(Unavailable) -> UpgradeStanding
    /// A ticket is about to be given: the ledger says so first.
    func finish(_ upgrade: Upgrade) async throws(Unavailable)
    /// No ticket was given: the session may try again.
    func takeBack(_ upgrade: Upgrade) async throws(Unavailable)
}
