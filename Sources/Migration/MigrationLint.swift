package import Authentication
package import Settings

/// What a rehearsal over many rows comes to: each cause with its people.
package struct MigrationLint: Sendable {
    package private(set) var rows = 0
    package private(set) var creatable = 0
    /// Rows, each once, however much is wrong with it.
    package private(set) var defective = 0
    package private(set) var skipped: [MigrationSkip: Cases] = [:]
    package private(set) var defects: [MigrationDefect: Cases] = [:]
    package private(set) var notes: [MigrationNote: Cases] = [:]
    /// How many of those who would be created bring a digest of each kind.
    package private(set) var hashers: [PasswordHasher: Int] = [:]

    package init() {}

    package mutating func add(_ decision: MigrationDecision, of id: UserID) {
        rows += 1
        switch decision {
        case .create(let user, let found):
            creatable += 1
            if let digest = user.passwordDigest { hashers[digest.hasher, default: 0] += 1 }
            for note in found { self.note(note, of: id) }
        case .skip(let reason): skipped[reason, default: Cases()].add(id)
        case .renew:
            skipped[.alreadyLinked, default: Cases()].add(id)
            note(.digestChanged, of: id)
        case .mend(let found):
            defective += 1
            for defect in Set(found) { defects[defect, default: Cases()].add(id) }
        }
    }

    /// What becomes known of a row that was let through.
    mutating func note(_ note: MigrationNote, of id: UserID) { notes[note, default: Cases()].add(id) }
}
