internal import Authentication
internal import Identity
package import Settings
package import Telemetry

/// Row → the Clerk user that would be made of it, or why none would. The same rules speak in the rehearsal and wherever
/// users are created.
package struct MigrationRules: Sendable {
    private let linking: DirectorySettings.Linking
    private let migrate: MigrationSettings

    package init(_ directory: DirectorySettings, _ migrate: MigrationSettings) {
        (linking, self.migrate) = (directory.linking, migrate)
    }

    package func decide(_ row: LegacyRow, among shared: SharedIdentifiers, at now: UnixTime) -> MigrationDecision {
        if let clerkUser = row.user.clerkUser {
            guard clerkUser.text.hasPrefix("user_") else { return .mend([.linkMalformed]) }
            return renewal(row).map { .renew($0) } ?? .skip(.alreadyLinked)
        }
        if !row.user.isActive { return .skip(.inactive) }
        let draft = drafted(row, among: shared, at: now)
        guard draft.defects.isEmpty else { return .mend(draft.defects) }
        return .create(draft.user, notes: notes(draft.user, row))
    }

    /// What Clerk would be told of a row, linked or not; `nil`: the row is to be mended.
    package func user(of row: LegacyRow, among shared: SharedIdentifiers, at now: UnixTime) -> CreateUser? {
        let draft = drafted(row, among: shared, at: now)
        return draft.defects.isEmpty ? draft.user : nil
    }

    /// A digest that has changed since Clerk was told. One that is malformed or gone by now changes nothing there.
    private func renewal(_ row: LegacyRow) -> PasswordDigest? {
        guard let told = row.toldDigest, row.user.isActive,
            case .digest(let digest) = PasswordDigest.read(row.passwordHash, declared: migrate.passwordHasher),
            digest.fingerprint != told
        else { return nil }
        return digest
    }

    private func drafted(_ row: LegacyRow, among shared: SharedIdentifiers, at now: UnixTime) -> Draft {
        var draft = Draft(row, migrate, shared, now)
        draft.identify(linking)
        draft.name()
        draft.authenticate()
        draft.describe()
        return draft
    }

    private func notes(_ user: CreateUser, _ row: LegacyRow) -> [MigrationNote] {
        var notes: [MigrationNote] = []
        if let role = row.user.role, linking.privilegedRoles.contains(where: { EmailAddress.areSame($0, role) }) {
            notes.append(.privileged)
        }
        if user.emailAddress?.status == .reserved { notes.append(.emailReserved) }
        switch user.passwordDigest {
        case .none: notes.append(.noPassword)
        case .some(let digest) where digest.hasher.isWeak: notes.append(.weakDigest(digest.hasher))
        case .some: break
        }
        return notes
    }
}

/// One row on its way: what is known of the user, and what is wrong with the row.
private struct Draft {
    private let row: LegacyRow
    private let migrate: MigrationSettings
    private let shared: SharedIdentifiers
    private let now: UnixTime
    private(set) var user: CreateUser
    private(set) var defects: [MigrationDefect] = []

    init(_ row: LegacyRow, _ migrate: MigrationSettings, _ shared: SharedIdentifiers, _ now: UnixTime) {
        (self.row, self.migrate, self.shared, self.now) = (row, migrate, shared, now)
        let id = row.user.id.text
        // What the seeds of such migrations write, so that a person in Clerk's dashboard sees where a user comes from.
        let marks = [Metadatum("migrated_from_legacy", .bool(true)), Metadatum("legacy_user_id", .text(id))]
        user = CreateUser(externalID: id, publicMetadata: marks + row.publicMetadata, privateMetadata: row.privateMetadata)
        if id.hasPrefix("+") || id.hasPrefix("-") { defects.append(.externalIDAmbiguous) }
    }

    mutating func identify(_ linking: DirectorySettings.Linking) {
        let count = defects.count
        if let email = row.user.email?.filled {
            check(email)
            user.emailAddress = .init(value: email, status: status(linking))
        }
        if let phone = row.phone?.filled {
            if !Identifiers.isE164(phone) { defects.append(.phoneMalformed) }
            if shared.phones.contains(phone) { defects.append(.phoneShared) }
            // The old system has not said that it ever rang.
            user.phoneNumber = .init(value: phone, status: .reserved)
        }
        if let username = row.username?.filled {
            if !Identifiers.isUsername(username) { defects.append(.usernameMalformed) }
            if shared.usernames.contains(EmailAddress.folded(username)) { defects.append(.usernameShared) }
            user.username = username
        }
        require(.email, user.emailAddress != nil)
        require(.phone, user.phoneNumber != nil)
        require(.username, user.username != nil)
        let isNameless = user.emailAddress == nil && user.phoneNumber == nil && user.username == nil
        if isNameless, defects.count == count { defects.append(.noIdentifier) }
    }

    private mutating func check(_ email: String) {
        if !EmailAddress.isASCII(email) {
            defects.append(email.utf8.contains { $0 >= 0x80 } ? .emailNotASCII : .emailMalformed)
        } else if !Identifiers.isEmail(email) {
            defects.append(.emailMalformed)
        } else if EmailAddress.isTest(email) {
            defects.append(.emailTest)
        }
        if shared.emails.contains(EmailAddress.folded(email)) { defects.append(.emailShared) }
    }

    /// What the old side has never proved must not be born verified.
    private func status(_ linking: DirectorySettings.Linking) -> CreateUser.IdentificationStatus {
        switch linking.legacyEmail {
        case .trusted: .verified
        case .untrusted: .reserved
        case .verifiedColumn: row.user.isEmailVerified == true ? .verified : .reserved
        }
    }

    mutating func name() {
        (user.firstName, user.lastName) = (row.firstName?.filled, row.lastName?.filled)
        if user.firstName == nil, user.lastName == nil, let name = row.name?.filled {
            let parts = name.split(separator: " ", maxSplits: 1)
            user.firstName = parts.first.map(String.init)
            user.lastName = parts.count > 1 ? String(parts[1]).filled : nil
        }
        require(.firstName, user.firstName != nil)
        require(.lastName, user.lastName != nil)
    }

    mutating func authenticate() {
        switch PasswordDigest.read(row.passwordHash, declared: migrate.passwordHasher) {
        case .none: require(.password, false)
        case .digest(let digest): user.passwordDigest = digest
        case .unrecognized: defects.append(.digestUnrecognized)
        case .unsupported(let scheme): defects.append(.digestUnsupported(scheme: scheme))
        case .malformed(let hasher): defects.append(.digestMalformed(hasher))
        }
        if let secret = row.totpSecret, !secret.isEmpty {
            if !Identifiers.isBase32(secret.expose()) { defects.append(.totpSecretMalformed) }
            user.totpSecret = secret
        }
        if let codes = row.backupCodes, !codes.isEmpty {
            let list = Identifiers.codes(codes.exposeText())
            if list == nil { defects.append(.backupCodesMalformed) }
            user.backupCodes = (list ?? []).map { Secret($0) }
        }
    }

    mutating func describe() {
        switch row.createdAt {
        case .none: break
        case .at(let time) where time > now: defects.append(.createdAtInFuture)
        case .at(let time): user.createdAt = time
        case .unreadable: defects.append(.createdAtUnreadable)
        }
        if Self.bytes(user.publicMetadata) > MigrationLimits.metadataBytes { defects.append(.publicMetadataTooLarge) }
        // The name of the run joins it.
        if Self.bytes(user.privateMetadata) > MigrationLimits.metadataBytes - MigrationLimits.batchBytes {
            defects.append(.privateMetadataTooLarge)
        }
    }

    private static func bytes(_ metadata: [Metadatum]) -> Int { metadata.reduce(2) { $0 + $1.bytes } }

    private mutating func require(_ field: MigrationSettings.RequiredField, _ isThere: Bool) {
        if !isThere, migrate.required.contains(field) { defects.append(.missing(field)) }
    }
}

extension String {
    /// An empty text in a column is no value.
    fileprivate var filled: String? { isEmpty ? nil : self }
}
