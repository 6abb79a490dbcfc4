package import Authentication

/// One of Clerk's own invitations.
package struct ClerkInvitation: Sendable, Hashable {
    package let address: String
    /// The row, for Clerk's dashboard: the proof of a link is the address, which the invitation verifies.
    package let user: UserID
    package let redirectURL: String?
    package let days: Int
    /// Whether one that waits already is no obstacle. Only a call for one address can say so.
    package let ignoresExisting: Bool

    package init(address: String, user: UserID, redirectURL: String?, days: Int, ignoresExisting: Bool) {
        (self.address, self.user, self.redirectURL) = (address, user, redirectURL)
        (self.days, self.ignoresExisting) = (days, ignoresExisting)
    }
}

package enum ClerkInvitationReply: Sendable, Hashable {
    case made
    /// Clerk's code; of several none was made.
    case refused(code: String)
    case limited(retryAfterSeconds: Int)
    /// Nobody knows whether they were made.
    case unclear(String)
    /// Nobody else would fare better.
    case hopeless(String)
}

/// `POST /v1/invitations`, and `/bulk` for several. `ClerkAPI` answers; tests fake it.
package protocol ClerkInviter: Sendable {
    func invite(_ invitations: [ClerkInvitation]) async -> ClerkInvitationReply
}

extension ClerkInvitation {
    /// What one call in bulk takes.
    package static let bulkMax = 10
    /// What Clerk allows in an hour, by single calls and in bulk.
    package static let singlesPerHour = 100
    package static let bulkPerHour = 250
}
