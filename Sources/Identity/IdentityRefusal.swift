package import HTTP

/// Every way in which a request ends between a verified credential and its caller.
package enum IdentityRefusal: Error, Sendable, Hashable {
    /// Two valid credentials, two people.
    case conflict
    /// An expired Clerk token, and the old credential beside it is not the same linked person's.
    case tokenExpired
    /// The credential is good and the row that it names does not exist.
    case userUnknown
    case userInactive
    /// `afterLink: refuse`: a linked person came with an old credential.
    case legacyRetired
    /// A Clerk user without a link, and no rule proved one.
    case link(LinkRefusal)
    /// The row holds a value that cannot stand in a field line.
    case userUnusable
    case unavailable(retryAfterSeconds: Int)

    package var status: Status {
        switch self {
        case .conflict, .tokenExpired, .userUnknown, .legacyRetired: .unauthorized
        case .userInactive: .forbidden
        case .link(let refusal): refusal.status
        case .userUnusable: .internalServerError
        case .unavailable: .serviceUnavailable
        }
    }

    package var code: StaticString {
        switch self {
        case .conflict: "identity_conflict"
        case .tokenExpired: "token_expired"
        case .userUnknown: "token_invalid"
        case .userInactive: "user_inactive"
        case .legacyRetired: "legacy_retired"
        case .link(let refusal): refusal.code
        case .userUnusable: "user_unusable"
        case .unavailable: "directory_unavailable"
        }
    }

    package var text: StaticString {
        switch self {
        case .conflict: "The credentials of this request belong to two accounts"
        case .tokenExpired: "Token expired"
        case .userUnknown: "Invalid token"
        case .userInactive: "This account is not active"
        case .legacyRetired: "This account signs in with Clerk now"
        case .link(let refusal): refusal.text
        case .userUnusable: "This account cannot be used"
        case .unavailable: "Accounts cannot be looked up right now; try again"
        }
    }
}
