package import Authentication
package import Telemetry

/// Which entries of the ledger are to be undone.
package enum UndoSelection: Sendable, Hashable {
    case entry(Int64)
    case batch(String)
    case since(UnixTime)
}

/// What takes an entry back.
package enum Reversal: Sendable, Hashable {
    case unlink(UserID, ClerkUserID)
    /// A row that was provisioned goes, and its link with it.
    case removeRow(UserID, ClerkUserID)
    case deleteClerkUser(ClerkUserID)
    /// A route goes back to the mode of the file.
    case endOverride(route: String)
    case link(UserID, ClerkUserID)
    /// The link column may be NULL again.
    case allowNoLink
    /// The migration does not end without this person.
    case endWaiver(UserID)

    /// `nil`: nothing takes it back.
    package init?(_ row: LedgerRow) {
        switch (LedgerAction(rawValue: row.action), row.user, row.clerkUser) {
        case (.link, let user?, let clerkUser?): self = .unlink(user, clerkUser)
        case (.provision, let user?, let clerkUser?): self = .removeRow(user, clerkUser)
        case (.unlink, let user?, let clerkUser?): self = .link(user, clerkUser)
        case (.createClerkUser, _, let clerkUser?): self = .deleteClerkUser(clerkUser)
        case (.flip, _, _):
            // How long a flip that was ended would have lasted is not recorded.
            guard let route = row.detail, row.rule?.hasPrefix("end of ") == false else { return nil }
            self = .endOverride(route: route)
        case (.finalize, _, _) where row.rule == FinalizeStep.notNull.rawValue: self = .allowNoLink
        case (.waive, let user?, _): self = .endWaiver(user)
        case (.finalize, _, _), (.waive, _, _), (.backup, _, _), (.upgrade, _, _), (.link, _, _), (.provision, _, _),
            (.unlink, _, _),
            (.createClerkUser, _, _), (.deactivate, _, _), (.remove, _, _),
            (.dismiss, _, _), (.undo, _, _), (.migrate, _, _), (.invite, _, _), (nil, _, _):
            return nil
        }
    }
}

extension Reversal {
    fileprivate var endsLink: Bool {
        switch self {
        case .unlink, .removeRow: true
        case .deleteClerkUser, .endOverride, .link, .allowNoLink, .endWaiver: false
        }
    }
}

/// Why an entry stays as it is.
package enum UndoObstacle: Sendable, Hashable {
    /// Something later about the same person, Clerk user or route rests on it.
    case laterEntry(Int64, action: String)
    /// The Clerk user has signed in since Segue created it.
    case signedIn
    /// In Clerk it has another `external_id` by now.
    case otherExternalID
    /// Its private metadata in Clerk does not say that a run of ours created it.
    case notOurs
    /// The database refuses it, in its own words.
    case refused(String)
    /// No entry of this kind can be taken back.
    case noReversal
    /// The directory does not say any more what the entry says.
    case directoryDiffers
    /// The provisioned row is not as it was inserted, or the entry is from before Segue noted that.
    case rowChanged
    /// Other rows refer to the provisioned row.
    case rowInUse(table: String)
    /// Clerk has told that it deleted the user.
    case clerkUserDeleted
    /// The id of the row is the Clerk user id.
    case idIsClerkUser
}

/// What undoing comes to: the reversals in their order, the latest entry's first, and what is left as it is and why.
package struct UndoPlan: Sendable, Hashable {
    package struct Step: Sendable, Hashable {
        package let row: LedgerRow
        package let reversal: Reversal
        /// Somebody loses by it what they have come with already: a link, or a row that was made for them.
        package let isOfSeen: Bool
    }

    package struct Left: Sendable, Hashable {
        package let row: LedgerRow
        package let obstacle: UndoObstacle

        package init(row: LedgerRow, obstacle: UndoObstacle) { (self.row, self.obstacle) = (row, obstacle) }
    }

    package private(set) var steps: [Step] = []
    package private(set) var left: [Left] = []
    /// Entries that were undone before.
    package private(set) var doneBefore = 0
    /// Clerk users of whom a run that was stopped has said that they end, and whom Clerk has yet.
    package var noted: Set<ClerkUserID> = []

    /// - Parameter kept: Clerk users that Segue created and that must not be deleted. Whatever is selected about them stays.
    package init(_ findings: UndoFindings, kept: [ClerkUserID: UndoObstacle]) {
        var later = LaterEntries(findings.others.filter { !findings.undone.contains($0.id) })
        let selected = Set(findings.selected.map(\.id))
        for row in findings.selected.sorted(by: { $0.id > $1.id }) {
            if findings.undone.contains(row.id) {
                doneBefore += 1
            } else if row.isNoChange {
                continue
            } else if let undone = row.undoneEntry {
                // Beside the entry that it undid it is no work of its own.
                if !selected.contains(undone) { left.append(Left(row: row, obstacle: .noReversal)) }
            } else if let obstacle = Self.obstacle(to: row, later, kept) {
                left.append(Left(row: row, obstacle: obstacle))
                later.add(row)
            } else if let reversal = Reversal(row) {
                let isSeen = row.clerkUser.map(findings.seen.contains) ?? false
                steps.append(Step(row: row, reversal: reversal, isOfSeen: isSeen && reversal.endsLink))
            }
        }
        left.reverse()
    }

    private static func obstacle(
        to row: LedgerRow, _ later: LaterEntries, _ kept: [ClerkUserID: UndoObstacle]
    ) -> UndoObstacle? {
        guard Reversal(row) != nil else { return .noReversal }
        // Whatever came later does not rest on a waiver.
        if row.action == LedgerAction.waive.rawValue { return nil }
        if let clerkUser = row.clerkUser, let obstacle = kept[clerkUser] { return obstacle }
        return later.first(after: row).map { .laterEntry($0.id, action: $0.action) }
    }

    /// Of those who were noted as ending, whom nothing here ends.
    package var staying: Set<ClerkUserID> { noted.subtracting(deletions) }

    /// The Clerk users that would be deleted: whether they have signed in must be asked.
    package var deletions: [ClerkUserID] {
        steps.compactMap { if case .deleteClerkUser(let id) = $0.reversal { id } else { nil } }
    }
}

/// What the ledger says about a selection.
package struct UndoFindings: Sendable, Hashable {
    package var selected: [LedgerRow] = []
    /// Rows after the first selected one about the same people, Clerk users and routes.
    package var others: [LedgerRow] = []
    /// Entries that an `undo` row names.
    package var undone: Set<Int64> = []
    /// Of the Clerk users that the selection names: those of whom a session is recorded, and those of whom it is noted that they end or
    /// have ended.
    package var seen: Set<ClerkUserID> = []
    package var ended: Set<ClerkUserID> = []
    /// Batches of the selection whose run goes on: what it does next would be left.
    package var running: [String] = []
}

/// The entries that others can rest on, by whom they are about.
private struct LaterEntries {
    private enum Subject: Hashable { case user(UserID), clerkUser(ClerkUserID), route(String) }
    private var latest: [Subject: LedgerRow] = [:]
    /// Steps that ended the migration for everybody.
    private var endings: [(row: LedgerRow, step: FinalizeStep)] = []

    init(_ rows: [LedgerRow]) {
        for row in rows where row.isRestedOn {
            add(row)
            if let step = row.finalizeStep { endings.append((row, step)) }
        }
    }

    mutating func add(_ row: LedgerRow) {
        for subject in Self.subjects(row) where (latest[subject]?.id ?? 0) < row.id { latest[subject] = row }
    }

    func first(after row: LedgerRow) -> LedgerRow? {
        Self.subjects(row).compactMap { latest[$0] }.first { $0.id > row.id } ?? ending(after: row)
    }

    /// Who has no old password any more keeps the Clerk user, which has the only copy, and the link to it.
    private func ending(after row: LedgerRow) -> LedgerRow? {
        endings.first { ending in
            guard ending.row.id > row.id else { return false }
            switch (ending.step, Reversal(row)) {
            case (.notNull, .unlink), (.nullHashes, .unlink), (.dropHashColumn, .unlink), (.nullHashes, .deleteClerkUser),
                (.dropHashColumn, .deleteClerkUser):
                return true
            default: return false
            }
        }?.row
    }

    private static func subjects(_ row: LedgerRow) -> [Subject] {
        let people = [row.user.map(Subject.user), row.clerkUser.map(Subject.clerkUser)].compactMap(\.self)
        guard people.isEmpty, row.action == LedgerAction.flip.rawValue, let route = row.detail else { return people }
        return [.route(route)]
    }
}

extension LedgerRow {
    /// Whether an earlier entry cannot be undone beneath it. What an operator looked at or undid changes nothing that stands.
    var isRestedOn: Bool {
        switch LedgerAction(rawValue: action) {
        case .dismiss, .undo, .waive, .backup, .upgrade, .invite: false
        case .link, .provision, .createClerkUser, .migrate, .flip, .unlink, .deactivate, .remove, .finalize, nil: true
        }
    }

    /// What of the end of a migration it records.
    fileprivate var finalizeStep: FinalizeStep? {
        action == LedgerAction.finalize.rawValue ? rule.flatMap { FinalizeStep(rawValue: $0) } : nil
    }

    /// That a run began, a dump was made, or somebody got a ticket.
    fileprivate var isNoChange: Bool {
        [LedgerAction.migrate, .backup, .upgrade, .invite].contains { $0.rawValue == action }
    }

    /// The entry that this row undid.
    var undoneEntry: Int64? {
        action == LedgerAction.undo.rawValue ? detail.flatMap(Self.undoneEntry) : nil
    }

    static func undoneEntry(_ detail: String) -> Int64? {
        detail.hasPrefix(undoPrefix) ? Int64(detail.dropFirst(undoPrefix.count).prefix { $0 != ":" }) : nil
    }

    private static let undoPrefix = "entry "

    /// What an `undo` row says of this one.
    func undoDetail(_ reason: String) -> String { Self.undoPrefix + String(id) + (reason.isEmpty ? "" : ": " + reason) }
}
