package import Settings

/// What becomes of one row when everybody is created in Clerk.
package enum MigrationDecision: Sendable, Equatable {
    case create(CreateUser, notes: [MigrationNote])
    case skip(MigrationSkip)
    /// Linked, and the row has another digest than Clerk was told.
    case renew(PasswordDigest)
    /// Clerk would refuse the user, or make somebody else of them.
    case mend([MigrationDefect])
}

/// Why a row needs no Clerk user.
package enum MigrationSkip: String, Sendable, CaseIterable {
    case alreadyLinked = "already_linked"
    /// The application has deleted it since it was planned.
    case rowGone = "row_gone"
    case inactive
}

/// What somebody must mend first. One cause, one case: the remedy is the same for every row of it.
package enum MigrationDefect: Sendable, Hashable {
    /// Clerk's list reads `+` and `-` before an `external_id` as "with" and "without".
    case externalIDAmbiguous
    /// Where the link stands there is no id of Clerk's: it was never one, and the person would be left behind as linked.
    case linkMalformed
    /// No address, no number and no name to sign in with.
    case noIdentifier
    case emailMalformed
    /// Clerk may fold letters that we do not, or refuse them.
    case emailNotASCII
    /// `+clerk_test`: whoever knows the published code signs in.
    case emailTest
    case emailShared
    case phoneMalformed
    case phoneShared
    case usernameMalformed
    case usernameShared
    case missing(MigrationSettings.RequiredField)
    case digestUnrecognized
    /// A form that is known and that Clerk takes under no name.
    case digestUnsupported(scheme: String)
    case digestMalformed(PasswordHasher)
    case totpSecretMalformed
    case backupCodesMalformed
    case createdAtUnreadable
    case createdAtInFuture
    case publicMetadataTooLarge
    case privateMetadataTooLarge

    package var code: String {
        switch self {
        case .externalIDAmbiguous: "external_id_ambiguous"
        case .linkMalformed: "link_malformed"
        case .noIdentifier: "no_identifier"
        case .emailMalformed: "email_malformed"
        case .emailNotASCII: "email_not_ascii"
        case .emailTest: "email_is_test"
        case .emailShared: "email_shared"
        case .phoneMalformed: "phone_malformed"
        case .phoneShared: "phone_shared"
        case .usernameMalformed: "username_malformed"
        case .usernameShared: "username_shared"
        case .missing(let field): "missing_\(field.code)"
        case .digestUnrecognized: "digest_unrecognized"
        case .digestUnsupported: "digest_unsupported"
        case .digestMalformed: "digest_malformed"
        case .totpSecretMalformed: "totp_secret_malformed"
        case .backupCodesMalformed: "backup_codes_malformed"
        case .createdAtUnreadable: "created_at_unreadable"
        case .createdAtInFuture: "created_at_in_future"
        case .publicMetadataTooLarge: "public_metadata_too_large"
        case .privateMetadataTooLarge: "private_metadata_too_large"
        }
    }
}

/// What stands in nobody's way and is worth knowing before it is done.
package enum MigrationNote: Sendable, Hashable {
    case privileged
    case emailReserved
    case noPassword
    /// Clerk takes it and replaces it with bcrypt at the first sign-in; until then it is as weak as it was.
    case weakDigest(PasswordHasher)
    /// Under the `external_id` that they would have.
    case inClerk
    /// Somebody there has the address.
    case emailInClerk
    /// The password in the row was changed after Clerk had been told it.
    case digestChanged

    package var code: String {
        switch self {
        case .inClerk: "in_clerk"
        case .emailInClerk: "email_in_clerk"
        case .digestChanged: "digest_changed"
        case .privileged: "privileged"
        case .emailReserved: "email_reserved"
        case .noPassword: "no_password"
        case .weakDigest: "weak_digest"
        }
    }
}

extension MigrationSettings.RequiredField {
    /// Clerk's name.
    fileprivate var code: String {
        switch self {
        case .email: "email_address"
        case .phone: "phone_number"
        case .username: "username"
        case .firstName: "first_name"
        case .lastName: "last_name"
        case .password: "password"
        }
    }
}
