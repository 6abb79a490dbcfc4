package import Authentication
import Identity
import Telemetry

/// A row, held against the Clerk user that was made of it: what a migration wrote is still there, as the row has it.
package struct MigrationComparison: Sendable {
    /// What is asked for: a row, and what Clerk would be told of it today. Secrets are only there or not, so that everybody's
    /// are not kept in memory at once.
    package struct Person: Sendable {
        package let id: UserID
        package let clerkUser: ClerkUserID?
        let user: CreateUser
        let (hasPassword, hasTOTP, hasBackupCodes): (Bool, Bool, Bool)
        let isDigestStale: Bool

        package init(_ row: LegacyRow, _ user: CreateUser) {
            (id, clerkUser) = (row.user.id, row.user.clerkUser)
            (hasPassword, hasTOTP) = (user.passwordDigest != nil, user.totpSecret != nil)
            hasBackupCodes = !user.backupCodes.isEmpty
            // A row without a digest, as after the end of a migration, says nothing of the password.
            let digest = user.passwordDigest?.fingerprint
            isDigestStale = digest != nil && row.toldDigest != nil && digest != row.toldDigest
            var user = user
            (user.passwordDigest, user.totpSecret, user.backupCodes) = (nil, nil, [])
            self.user = user
        }
    }

    package private(set) var compared = 0
    /// Linked by another rule than the id: nothing of theirs was migrated.
    package private(set) var linkedOtherwise = 0
    /// Neither linked nor in Clerk.
    package private(set) var notMigrated = 0
    package private(set) var differences: [Difference: Cases] = [:]

    package struct Difference: Sendable, Hashable {
        package let kind: Kind
        /// Since then they may change what they like in Clerk.
        package let hasSignedIn: Bool
    }

    package enum Kind: Sendable, Hashable {
        /// Linked to a Clerk user who is no more.
        case gone
        /// In Clerk under the id of the row, which has no link.
        case notLinked
        /// Linked to somebody else than the Clerk user who has the id of the row.
        case linkedElsewhere
        /// A member of the user; of a password, whether there is one.
        case member(String)
        /// The row has another password than Clerk was told.
        case passwordChanged
    }

    package init() {}

    /// Compares up to a hundred people.
    /// - Parameters:
    ///   - owners: Clerk's users who have these people's ids as their `external_id`.
    ///   - linked: of those who are linked and have no owner, the Clerk users whom they are linked to.
    package mutating func compare(_ people: [Person], owners: [ClerkUser], linked: [ClerkUser]) {
        let byExternalID = Dictionary(owners.map { ($0.externalID, $0) }, uniquingKeysWith: { first, _ in first })
        let there = Set(linked.map(\.id))
        for person in people {
            switch (byExternalID[person.id.text], person.clerkUser) {
            case (let user?, let clerkUser?) where user.id == clerkUser:
                compared += 1
                for kind in Self.differences(person, user) { add(kind, user.hasSignedIn, person.id) }
            case (let user?, .some): add(.linkedElsewhere, user.hasSignedIn, person.id)
            case (let user?, nil): add(.notLinked, user.hasSignedIn, person.id)
            case (nil, let clerkUser?) where there.contains(clerkUser): linkedOtherwise += 1
            case (nil, .some): add(.gone, false, person.id)
            case (nil, nil): notMigrated += 1
            }
        }
    }

    /// Whether anything differs that its owner cannot have changed.
    package var isClean: Bool {
        differences.keys.allSatisfy { difference in
            switch difference.kind {
            case .gone, .notLinked, .linkedElsewhere: false
            case .member, .passwordChanged: difference.hasSignedIn
            }
        }
    }

    private mutating func add(_ kind: Kind, _ hasSignedIn: Bool, _ id: UserID) {
        differences[Difference(kind: kind, hasSignedIn: hasSignedIn), default: Cases()].add(id)
    }
}

// Field by field, under Clerk's names. What the row does not have, nobody has told Clerk, and it may be anything there.
extension MigrationComparison {
    private static func differences(_ person: Person, _ clerkUser: ClerkUser) -> [Kind] {
        let (user, account) = (person.user, clerkUser.account)
        var members: [String] = []
        if let email = user.emailAddress {
            let isThere = clerkUser.primaryEmail.map { EmailAddress.areSame($0.address, email.value) } ?? false
            if !isThere { members.append("email_address") }
            if isThere, email.status == .verified, clerkUser.primaryEmail?.verification?.status != .verified {
                members.append("email_address_identification_status")
            }
        }
        if let phone = user.phoneNumber, !account.phoneNumbers.contains(phone.value) { members.append("phone_number") }
        if let name = user.username, !(account.username.map { EmailAddress.areSame($0, name) } ?? false) {
            members.append("username")
        }
        if let name = user.firstName, name != clerkUser.firstName { members.append("first_name") }
        if let name = user.lastName, name != clerkUser.lastName { members.append("last_name") }
        // How finely Clerk keeps a time is not published.
        if let time = user.createdAt, time.seconds != account.createdAt?.seconds { members.append("created_at") }
        if person.hasPassword, !account.hasPassword { members.append("password_digest") }
        if person.hasTOTP, !account.hasTOTP { members.append("totp_secret") }
        if person.hasBackupCodes, !account.hasBackupCodes { members.append("backup_codes") }
        members += missing(user.publicMetadata, in: account.publicMetadata).map { "public_metadata.\($0)" }
        members += missing(user.privateMetadata, in: account.privateMetadata).map { "private_metadata.\($0)" }
        return members.map { .member($0) } + (person.isDigestStale ? [.passwordChanged] : [])
    }

    private static func missing(_ told: [Metadatum], in kept: [Metadatum]) -> [String] {
        let kept = Set(kept)
        return told.filter { !kept.contains($0) }.map(\.name)
    }
}

extension ClerkCalls {
    /// Holds people against what Clerk says of them: one call for each hundred, and one more where some have no user of their id.
    package func compare(_ people: [MigrationComparison.Person]) async throws(ClerkCallFailure) -> MigrationComparison {
        var comparison = MigrationComparison()
        for start in stride(from: 0, to: people.count, by: MigrationLimits.lookUpIDs) {
            let page = Array(people[start..<min(start + MigrationLimits.lookUpIDs, people.count)])
            let owners = try await users(.externalIDs(page.map(\.id.text)))
            let owned = Set(owners.compactMap(\.externalID))
            let others = page.filter { !owned.contains($0.id.text) }.compactMap(\.clerkUser)
            comparison.compare(page, owners: owners, linked: try await users(of: others))
        }
        return comparison
    }
}
