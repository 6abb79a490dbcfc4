import Authentication
import Identity
import Telemetry

/// What became of undoing one entry.
package enum UndoOutcome: Sendable, Hashable {
    case undone, doneBefore
    case left(UndoObstacle)
}

extension Session {
    /// One transaction: what an entry records is taken back, unless something rests on it by now, and the ledger says so. A Clerk
    /// user is deleted by the caller, between `mayUndo` and this.
    /// - Parameters:
    ///   - others: entries about the same person that are undone with it.
    ///   - keepsSeen: whether the link of somebody who has been seen with a Clerk session stays.
    func undo(
        _ row: LedgerRow, with others: [LedgerRow] = [], _ note: OperatorNote, keepsSeen: Bool, at time: UnixTime
    ) async throws(DirectoryError) -> UndoOutcome {
        do throws(DirectoryError) {
            return try await connection.transaction { () async throws(DirectoryError) in
                try await lockUndo()
                return try await takeBack(row, with: others, note, keepsSeen: keepsSeen, at: time)
            }
        } catch .unfit(let words) {
            return .left(.refused(words))
        }
    }

    /// Does all that `undo` would do to a person, and takes it back: what the database has against it, a constraint or a trigger of the
    /// application's, is known before anything is done that cannot be.
    func rehearseUndo(_ rows: [LedgerRow], _ note: OperatorNote, at time: UnixTime) async throws(DirectoryError) -> UndoObstacle? {
        var (isThrough, obstacle) = (false, UndoObstacle?.none)
        do throws(DirectoryError) {
            try await connection.transaction { () async throws(DirectoryError) in
                try await lockUndo()
                for row in rows {
                    guard case .left(let found) = try await takeBack(row, with: rows, note, keepsSeen: true, at: time) else {
                        continue
                    }
                    obstacle = found
                    break
                }
                if dialect == .postgres, obstacle == nil { try await connection.rows("SET CONSTRAINTS ALL IMMEDIATE") }
                isThrough = true
                throw .unfit("this was a rehearsal")
            }
        } catch .unfit(let words) {
            if !isThrough { obstacle = .refused(words) }
        }
        return obstacle
    }

    /// One at a time, whoever it is: what two of them read of the ledger would be older than what they do.
    func lockUndo() async throws(DirectoryError) {
        guard dialect == .postgres else { return }
        try await connection.rows("SELECT pg_advisory_xact_lock(hashtext('segue'), hashtext('undo'))")
    }

    private func takeBack(
        _ row: LedgerRow, with others: [LedgerRow], _ note: OperatorNote, keepsSeen: Bool, at time: UnixTime
    ) async throws(DirectoryError) -> UndoOutcome {
        try await hold(row)
        if let outcome = try await mayUndo(row, with: others) { return outcome }
        if let obstacle = try await reverse(row, keepsSeen: keepsSeen) { return .left(obstacle) }
        try await append(
            LedgerEntry(
                .undo, user: row.user, clerkUser: row.clerkUser, rule: row.action, requestID: nil, time: time, note: note,
                detail: row.undoDetail(note.reason)))
        return .undone
    }

    /// Whoever changes a link holds its Clerk user or its row: what the ledger says of the two after this is all that there is.
    private func hold(_ row: LedgerRow) async throws(DirectoryError) {
        if let clerkUser = row.clerkUser { try await lock(clerkUser) }
        if let user = row.user { _ = try await heldRow(of: user) }
    }

    /// What the ledger has against undoing an entry now; `nil`: nothing.
    /// - Parameter others: entries about the same person that are undone with it.
    func mayUndo(_ row: LedgerRow, with others: [LedgerRow] = []) async throws(DirectoryError) -> UndoOutcome? {
        let later = try await laterEntries(about: row)
        let together = Set(others.map(\.id))
        var findings = UndoFindings()
        findings.selected = [row] + later.filter { together.contains($0.id) }
        findings.others = later.filter { !together.contains($0.id) }
        findings.undone = Set(later.compactMap(\.undoneEntry))
        if findings.undone.contains(row.id) { return .doneBefore }
        if case .deleteClerkUser(let clerkUser) = Reversal(row) {
            if let user = try await user(linkedTo: clerkUser) {
                // By a link that is none of the undone: of an earlier entry, or of the application's.
                guard others.contains(where: { Reversal($0) == .unlink(user.id, clerkUser) }) else {
                    return .left(.directoryDiffers)
                }
                if try await isSeen(user.id, clerkUser) { return .left(.signedIn) }
            }
        }
        return UndoPlan(findings, kept: [:]).left.first { $0.row.id == row.id }.map { .left($0.obstacle) }
    }

    /// Everything is looked at before anything is written: an obstacle ends the transaction without a change.
    private func reverse(_ row: LedgerRow, keepsSeen: Bool) async throws(DirectoryError) -> UndoObstacle? {
        switch Reversal(row) {
        case .unlink(let user, let clerkUser): return try await takeBackLink(of: user, clerkUser, row, keepsSeen: keepsSeen)
        case .removeRow(let user, let clerkUser): return try await takeBackRow(of: user, clerkUser, row)
        case .link(let user, let clerkUser): return try await linkAgain(user, clerkUser, row)
        case .endOverride(let route):
            // What was set in its place since is another entry, which was looked for.
            try await connection.rows(
                "DELETE FROM \(dialect.state("overrides")) WHERE route = $1 AND made_at_ms = $2",
                [route, row.time.map { String($0.milliseconds) }])
            try await announceOverrides()
            return nil
        case .deleteClerkUser(let clerkUser):
            if let user = row.user { try await leaveAside(user, clerkUser) }
            return nil
        case .allowNoLink: return try await allowNoLink()
        case .endWaiver: return nil
        case nil: return .noReversal
        }
    }

    private func allowNoLink() async throws(DirectoryError) -> UndoObstacle? {
        guard dialect == .postgres, case .column(let column) = users.source else { return .directoryDiffers }
        // It changes the catalogue only, and does not keep everybody waiting behind it.
        try await connection.rows("SET LOCAL lock_timeout = \(Limits.finalizeLockMilliseconds)")
        try await connection.rows("ALTER TABLE \(users.name.quoted) ALTER COLUMN \(column.quoted) DROP NOT NULL")
        return nil
    }

    private func takeBackLink(
        of user: UserID, _ clerkUser: ClerkUserID, _ row: LedgerRow, keepsSeen: Bool
    ) async throws(DirectoryError) -> UndoObstacle? {
        if users.isKeyedByClerk { return .idIsClerkUser }
        let current = try await heldRow(of: user)
        guard current?.clerkUser == nil || current?.clerkUser == clerkUser else { return .directoryDiffers }
        if keepsSeen, try await isSeen(user, clerkUser) { return .signedIn }
        if current != nil { try await clearColumns(of: user, row) }
        try await forget(user, clerkUser)
        return nil
    }

    private func isSeen(_ user: UserID, _ clerkUser: ClerkUserID) async throws(DirectoryError) -> Bool {
        try await !connection.rows(
            """
            SELECT 1 FROM \(dialect.state("links"))
            WHERE user_id = $1 AND clerk_user_id = $2 AND first_session_at IS NOT NULL
            """, [user.text, clerkUser.text]
        ).isEmpty
    }

    /// `migrated_at` only where this link set it: then it has the very time of the entry.
    private func clearColumns(of user: UserID, _ row: LedgerRow) async throws(DirectoryError) {
        var changes: [String] = []
        var values: [String?] = [user.text]
        if case .column(let column) = users.source { changes.append("\(column.quoted) = NULL") }
        if let column = users.migratedAt, let time = row.time {
            values.append(self.time(time))
            let set = dialect.parameter(values.count, as: column.type)
            changes.append("\(column.quoted) = CASE WHEN \(column.quoted) = \(set) THEN NULL ELSE \(column.quoted) END")
        }
        guard !changes.isEmpty else { return }
        try await connection.rows(
            """
            UPDATE \(users.name.quoted) SET \(changes.joined(separator: ", "))
            WHERE \(users.id.quoted) = \(dialect.parameter(1, as: users.id.type))
            """, values)
    }

    /// The mapping, Segue's own record, and every replica's memory of the two.
    func forget(_ user: UserID, _ clerkUser: ClerkUserID) async throws(DirectoryError) {
        if let mapping = users.mapping {
            try await connection.rows(
                """
                DELETE FROM \(mapping.name.quoted)
                WHERE \(mapping.userID.quoted) = \(dialect.parameter(1, as: mapping.userID.type))
                AND \(mapping.clerkUserID.quoted) = \(dialect.parameter(2, as: mapping.clerkUserID.type))
                """, [user.text, clerkUser.text])
        }
        try await connection.rows(
            "DELETE FROM \(dialect.state("links")) WHERE user_id = $1 AND clerk_user_id = $2", [user.text, clerkUser.text])
        try await announce(user: user, clerkUser: clerkUser)
    }

    /// As it was linked before: by that rule, at that time.
    private func linkAgain(
        _ user: UserID, _ clerkUser: ClerkUserID, _ row: LedgerRow
    ) async throws(DirectoryError) -> UndoObstacle? {
        if try await isDeleted(locking: clerkUser) { return .clerkUserDeleted }
        guard let current = try await heldRow(of: user) else { return .directoryDiffers }
        let before = try await connection.rows(
            """
            SELECT \(LedgerRow.columns(dialect)) FROM \(dialect.state("ledger"))
            WHERE user_id = $1 AND clerk_user_id = $2 AND action IN ('link', 'provision') AND id < \(row.id)
            ORDER BY id DESC LIMIT 1
            """, [user.text, clerkUser.text]
        ).map(LedgerRow.init).first
        guard let time = before?.time ?? row.time else { return .directoryDiffers }
        let link = NewLink(
            row: current, clerkUser: clerkUser, rule: before?.rule ?? before?.action ?? "undo", needsSoleEmail: false,
            requestID: before?.requestID ?? "", time: time)
        let findings = try await findings(for: link)
        switch link.outcome(on: findings) {
        case nil: try await write(link, findings)
        case .existing(let linked) where linked.id == current.id: break
        default: return .directoryDiffers
        }
        return nil
    }
}
