package import Authentication
package import Telemetry

/// What Clerk's Backend API says about one of its users, as far as linking needs it: the evidence of the rules.
package struct ClerkUser: Sendable, Hashable {
    package let id: ClerkUserID
    /// Unique in the instance and writable by the back end only, so that it can prove a link by itself.
    package let externalID: String?
    /// The address that `primary_email_address_id` points at; `nil` when there is none. Other addresses prove nothing.
    package let primaryEmail: ClerkEmailAddress?
    package let emailAddresses: [ClerkEmailAddress]
    package let firstName: String?
    package let lastName: String?
    package let isBanned: Bool
    package let isLocked: Bool
    /// The run of a migration of ours that created the user, by its private metadata, which nobody but a back end writes.
    package let batch: String?
    package var isOurs: Bool { batch != nil }
    /// Whether they have ever signed in; `true` where Clerk does not say.
    package let hasSignedIn: Bool
    /// Of which state of the user this is; `nil` where Clerk does not say.
    package let updated: UnixTime?
    /// What a migration writes beside the evidence, to be held against the row.
    package let account: ClerkAccount

    package init(
        id: ClerkUserID, externalID: String?, primaryEmail: ClerkEmailAddress?, emailAddresses: [ClerkEmailAddress],
        firstName: String? = nil, lastName: String? = nil, isBanned: Bool = false, isLocked: Bool = false, batch: String? = nil,
        hasSignedIn: Bool = false, updated: UnixTime? = nil, account: ClerkAccount = ClerkAccount()
    ) {
        (self.id, self.externalID, self.primaryEmail, self.emailAddresses) = (id, externalID, primaryEmail, emailAddresses)
        (self.firstName, self.lastName, self.isBanned, self.isLocked) = (firstName, lastName, isBanned, isLocked)
        (self.batch, self.hasSignedIn, self.updated, self.account) = (batch, hasSignedIn, updated, account)
    }
}

/// The rest of a Clerk user that a migration writes. Of secrets Clerk says only whether there are any.
package struct ClerkAccount: Sendable, Hashable {
    package var phoneNumbers: [String] = []
    package var username: String?
    package var createdAt: UnixTime?
    package var hasPassword = false
    package var hasTOTP = false
    package var hasBackupCodes = false
    /// Members of the kinds that we write; others are left out.
    package var publicMetadata: [Metadatum] = []
    package var privateMetadata: [Metadatum] = []

    package init() {}
}

package struct ClerkEmailAddress: Sendable, Hashable {
    /// As Clerk spells it.
    package let address: String
    /// `nil` when Clerk has no verification for the address at all, which is not a verified one.
    package let verification: Verification?

    package init(address: String, verification: Verification?) { (self.address, self.verification) = (address, verification) }

    package struct Verification: Sendable, Hashable {
        package let status: Status
        /// How: `email_code`, `email_link`, `admin` (declared by a back end, not proved by the owner), `ticket`, `from_oauth_…`.
        package let strategy: String?

        package init(status: Status, strategy: String?) { (self.status, self.strategy) = (status, strategy) }
    }

    package enum Status: Sendable, Hashable {
        case verified, unverified, failed, expired, transferable
        /// A word that the published API does not have; it counts as not verified.
        case unknown
    }
}

/// Clerk's Backend API, as the linking rules ask it. A fake answers in tests.
package protocol ClerkUsers: Sendable {
    /// `nil`: Clerk has no such user. A failure means 503 for this person now, never a refusal.
    func user(_ id: ClerkUserID) async throws(ClerkUsersFailure) -> ClerkUser?
}

package enum ClerkUsersFailure: Error, Hashable, Sendable {
    /// Clerk is away, slow, limits our rate or refuses our key; ask again after so many seconds.
    case unavailable(retryAfterSeconds: Int)
}
