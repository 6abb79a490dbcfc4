package import Telemetry

/// What `POST /v1/users` would be told of one row, under Clerk's names. Only `MigrationRules` make one, of a row without
/// defects, so that the rehearsal and whoever creates users cannot part.
package struct CreateUser: Sendable, Equatable {
    /// Clerk counts an address of the back end's as verified unless it is told otherwise.
    package enum IdentificationStatus: String, Sendable {
        case verified
        /// Unverified: good for signing in once it is proved, and nobody else's meanwhile.
        case reserved
    }

    package struct Identification: Sendable, Equatable {
        package let value: String
        package let status: IdentificationStatus
    }

    /// The id of the row: the proof of the link, and what a lost reply is looked up by.
    package let externalID: String
    package internal(set) var emailAddress: Identification?
    package internal(set) var phoneNumber: Identification?
    package internal(set) var username: String?
    package internal(set) var firstName: String?
    package internal(set) var lastName: String?
    package internal(set) var passwordDigest: PasswordDigest?
    package internal(set) var totpSecret: Secret?
    package internal(set) var backupCodes: [Secret] = []
    package internal(set) var publicMetadata: [Metadatum]
    package internal(set) var privateMetadata: [Metadatum]
    package internal(set) var createdAt: UnixTime?

    init(externalID: String, publicMetadata: [Metadatum], privateMetadata: [Metadatum]) {
        (self.externalID, self.publicMetadata, self.privateMetadata) = (externalID, publicMetadata, privateMetadata)
    }

    /// The member of `private_metadata` that says which run of ours created a user: what makes a user ours to take back.
    package static let batchMember = "segue_batch"

    /// A password that was good enough for the old system lets its owner in once; a stricter rule is for the next one.
    package var skipPasswordChecks: Bool { passwordDigest != nil }
    /// Who has no password signs in by code or chooses one.
    package var skipPasswordRequirement: Bool { passwordDigest == nil }
}
