import HTTP

/// Why nobody is invited, or an invitation is good for nothing. The codes are public and stable.
package enum InvitationRefusal: String, Error, Sendable, CaseIterable {
    // To ask for one.
    case notSignedIn = "credentials_missing"
    case alreadyMigrated = "already_migrated"
    case noAddress = "no_address"
    /// The mail server did not take it, or could not be reached.
    case mailAway = "mail_unavailable"
    // To use one.
    /// Nobody's: guessed, damaged, or replaced by a newer one.
    case unknown = "invitation_unknown"
    case used = "invitation_used"
    case expired = "invitation_expired"
    /// The account has another address than the one that was written to, or, of a welcome, no such Clerk user any more.
    case outdated = "invitation_outdated"
    /// Clerk gave no ticket.
    case clerkAway = "clerk_unavailable"

    var status: Status {
        switch self {
        case .notSignedIn: .unauthorized
        case .alreadyMigrated, .noAddress: .badRequest
        case .unknown: .notFound
        case .used, .expired, .outdated: .gone
        case .mailAway, .clerkAway: .serviceUnavailable
        }
    }

    var code: StaticString {
        switch self {
        case .notSignedIn: "credentials_missing"
        case .alreadyMigrated: "already_migrated"
        case .noAddress: "no_address"
        case .mailAway: "mail_unavailable"
        case .unknown: "invitation_unknown"
        case .used: "invitation_used"
        case .expired: "invitation_expired"
        case .outdated: "invitation_outdated"
        case .clerkAway: "clerk_unavailable"
        }
    }

    var text: StaticString {
        switch self {
        case .notSignedIn: "Authentication required"
        case .alreadyMigrated: "User already migrated to Clerk"
        case .noAddress: "This account has no address that mail can be sent to"
        case .mailAway: "Failed to send migration email"
        case .unknown: "There is no such invitation"
        case .used: "This invitation was used already"
        case .expired: "This invitation has expired"
        case .outdated: "The account has changed since this invitation was sent"
        case .clerkAway: "You cannot be signed in right now; try again"
        }
    }
}
