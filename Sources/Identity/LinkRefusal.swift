package import Authentication
package import HTTP
package import Telemetry

/// Why a Clerk user without a link was not linked. The codes are public and stable; the review queue stores them.
package enum LinkRefusal: String, Error, Sendable, Hashable, CaseIterable {
    /// Clerk has no such user (any more).
    case clerkUserUnknown = "clerk_user_unknown"
    /// Banned or locked in Clerk; its session tokens live on for a minute.
    case clerkUserBlocked = "clerk_user_blocked"
    /// Somebody is impersonating the user (claim `act`).
    case impersonated
    /// Rule (a): `external_id` names no row.
    case externalIDUnknown = "external_id_unknown"
    case noPrimaryEmail = "no_primary_email"
    case emailUnverified = "email_unverified"
    /// Verified because a back end said so, for a user that our ledger did not create.
    case emailVerifiedByAdmin = "email_verified_by_admin"
    /// A `+clerk_test` address: anybody can verify it with a published code.
    case emailIsTest = "email_is_test"
    /// A local part outside ASCII: its twins differ by mapping rules that nobody agrees on.
    case emailNotASCII = "email_not_ascii"
    /// The users table does not prove who owns its addresses (`legacyEmail`).
    case legacyEmailUnverified = "legacy_email_unverified"
    case ambiguousEmail = "ambiguous_email"
    case privilegedRow = "privileged_row"
    case rowAlreadyLinked = "row_already_linked"
    /// The Clerk user has another row.
    case clerkUserLinked = "clerk_user_linked"
    case rowInactive = "row_inactive"
    /// The row no longer says what the proof was made on.
    case rowChanged = "row_changed"
    /// An operator has taken this link away.
    case unlinked
    /// An old credential came along whose row has another e-mail, or proves nothing.
    case needsConfirmation = "link_needs_confirmation"
    /// Nobody has this address, and `unknown` says refuse.
    case notRegistered = "not_registered"
    /// The row is made on the other occasion (`provisionOn`): when Clerk's webhook arrives, or when the user comes.
    case awaitingProvision = "awaiting_provision"

    package var code: StaticString {
        switch self {
        case .clerkUserUnknown: "clerk_user_unknown"
        case .clerkUserBlocked: "clerk_user_blocked"
        case .impersonated: "impersonated"
        case .externalIDUnknown: "external_id_unknown"
        case .noPrimaryEmail: "no_primary_email"
        case .emailUnverified: "email_unverified"
        case .emailVerifiedByAdmin: "email_verified_by_admin"
        case .emailIsTest: "email_is_test"
        case .emailNotASCII: "email_not_ascii"
        case .legacyEmailUnverified: "legacy_email_unverified"
        case .ambiguousEmail: "ambiguous_email"
        case .privilegedRow: "privileged_row"
        case .rowAlreadyLinked: "row_already_linked"
        case .clerkUserLinked: "clerk_user_linked"
        case .rowInactive: "row_inactive"
        case .rowChanged: "row_changed"
        case .unlinked: "unlinked"
        case .needsConfirmation: "link_needs_confirmation"
        case .notRegistered: "not_registered"
        case .awaitingProvision: "awaiting_provision"
        }
    }

    /// 401 where the session itself is no good; 403 where it is good and the account is not (yet) theirs.
    package var status: Status {
        switch self {
        case .clerkUserUnknown: .unauthorized
        default: .forbidden
        }
    }

    package var text: StaticString {
        switch self {
        case .clerkUserUnknown: "Invalid token"
        case .emailUnverified, .noPrimaryEmail: "Verify your primary e-mail address, then sign in again"
        case .needsConfirmation: "Confirm that both accounts are yours"
        case .clerkUserLinked: "This sign-in has another account already"
        case .notRegistered: "There is no account for this user"
        case .awaitingProvision: "The account is being set up; try again"
        default: "This sign-in could not be matched to an account; support can settle it"
        }
    }
}

/// What links a Clerk user on first sight. `Migration` answers; tests fake it.
package protocol FirstSight {
    /// The row that this Clerk user is linked to from now on.
    func row(for session: ClerkSubject, beside legacy: Verdict<LegacySubject>, requestID: String, at now: UnixTime)
        async throws(IdentityRefusal)
        -> DirectoryUser
}
