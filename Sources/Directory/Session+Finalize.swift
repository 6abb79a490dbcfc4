import Authentication
import Identity
import Settings
import Sockets
import Telemetry

/// What became of a step.
package enum FinalizeOutcome: Sendable {
    /// How many rows were changed.
    case done(rows: Int)
    /// Gates that do not hold (any more), or a step that cannot be done.
    case refused(FinalizeFindings)
    /// It was done, and others wrote meanwhile what it was to end.
    case unfinished(FinalizeTable)
    /// Another `segue finalize apply` is at work.
    case busy
    /// Others hold the table for too long; how the table stands then.
    case locked([LockHolder], FinalizeTable)
    /// What was begun was taken back: something that must hold does not any more.
    case takenBack(FinalizeFindings)
    /// The database has something against it, in its own words.
    case failed(String)
}

/// A connection that holds a lock on the table.
package struct LockHolder: Sendable, Hashable {
    package let process: String
    package let application: String
    package let state: String
    package let seconds: String
}

/// One step, on a connection of its own. Each does what is still to be done of it, so that one that was cut short is ended by
/// doing it again; no lock that keeps others out is held for longer than the catalogue takes, or waited for longer than a second.
struct FinalizeWork {
    let session: Session
    let note: OperatorNote
    /// How long each lock is waited for.
    let patienceMilliseconds: Int64
    /// Told how many rows are done.
    let progress: @Sendable (Int) -> Void

    var connection: any SQLConnection { session.connection }
    var users: UsersTable { session.users }

    func run(_ step: FinalizeStep) async throws(DirectoryError) -> Int {
        switch step {
        case .keepColumns: return try await keepColumns()
        case .notNull: return try await requireLinks()
        case .nullHashes: return try await nullHashes()
        case .dropHashColumn: return try await dropHashColumn()
        }
    }

    /// Only one at a time, whichever connection: it ends with the connection.
    func isAlone() async throws(DirectoryError) -> Bool {
        try await connection.rows("SELECT pg_try_advisory_lock(hashtext('segue'), hashtext('finalize'))")[0][0] == "t"
    }

    // MARK: Steps

    private func keepColumns() async throws(DirectoryError) -> Int {
        let added = try await session.finalizeTable().added
        try await connection.transaction { () async throws(DirectoryError) in
            for name in added {
                try await connection.rows(
                    "DELETE FROM segue.meta WHERE key = $1 OR key = $2", ["added:\(name)", AddedColumn.metaKey(name)])
            }
            try await record(.keepColumns, added.joined(separator: ", "))
        }
        return added.count
    }

    /// A constraint that is proved first spares `SET NOT NULL` its walk over the table under an exclusive lock (PostgreSQL's
    /// ALTER TABLE: "if a valid CHECK constraint is found which proves no NULL can exist, then the table scan is skipped").
    private func requireLinks() async throws(DirectoryError) -> Int {
        guard case .column(let column) = users.source else { return 0 }
        let (table, proof) = (users.name.quoted, quote(Session.proofName))
        if try await !session.finalizeTable().isProofBegun {
            try await locked("ALTER TABLE \(table) ADD CONSTRAINT \(proof) CHECK (\(column.quoted) IS NOT NULL) NOT VALID")
        }
        // New rows are held to it by now. An old one that came between the look and the lock is no fault of the table's.
        let held = try await session.finalizeTable()
        guard held.rowsWithoutLink.count == 0, !held.deletionUnlinks else {
            try await takeBackProof(within: patienceMilliseconds)
            return 0
        }
        do throws(DirectoryError) {
            try await locked("ALTER TABLE \(table) VALIDATE CONSTRAINT \(proof)")
            try await locked { () async throws(DirectoryError) in
                try await run("ALTER TABLE \(table) ALTER COLUMN \(column.quoted) SET NOT NULL")
                try await run("ALTER TABLE \(table) DROP CONSTRAINT \(proof)")
                try await record(.notNull, "\(column.quoted) of \(table)")
            }
        } catch {
            // While it stands, whoever inserts a row without a Clerk user fails, with nothing to show for it.
            try? await takeBackProof(within: Limits.finalizeRetreatMilliseconds)
            throw error
        }
        return 0
    }

    /// So that rows without a Clerk user can be inserted again.
    func takeBackProof(within milliseconds: Int64) async throws(DirectoryError) {
        try await locked(within: milliseconds) { () async throws(DirectoryError) in
            try await run("ALTER TABLE \(users.name.quoted) DROP CONSTRAINT IF EXISTS \(quote(Session.proofName))")
        }
    }

    /// A thousand rows at a time, in the order of the ids: the application waits for none of them for long. Who has signed up since
    /// the gates were looked at, or was unlinked, still needs the old password: such rows are left.
    private func nullHashes() async throws(DirectoryError) -> Int {
        guard let column = try await hashColumn() else { return 0 }
        let (table, id) = (users.name.quoted, users.id)
        try await locked { () async throws(DirectoryError) in
            if !column.isNullable { try await run("ALTER TABLE \(table) ALTER COLUMN \(column.quoted) DROP NOT NULL") }
            try await record(.nullHashes, "begun on \(column.quoted) of \(table)")
        }
        var (last, changed) = (String?.none, 0)
        while true {
            let after = last == nil ? "" : "WHERE \(id.quoted) > \(Dialect.postgres.parameter(1, as: id.type))"
            let page = try await session.slowRows(
                "SELECT \(id.quoted)::text FROM \(table) \(after) ORDER BY \(id.quoted) LIMIT \(Limits.migrationPage)",
                last.map { [$0] } ?? [])
            guard let end = page.last?[0] else { break }
            let lower = last.map { _ in " AND u.\(id.quoted) > \(Dialect.postgres.parameter(2, as: id.type))" } ?? ""
            let upper = "u.\(id.quoted) <= \(Dialect.postgres.parameter(1, as: id.type))"
            let values: [String?] = [end] + (last.map { [$0] } ?? [])
            changed += try await nullHashes(in: column, "u.\(column.quoted) IS NOT NULL AND \(upper)\(lower)", values)
            last = end
            progress(changed)
        }
        let count = changed
        try await connection.transaction { () async throws(DirectoryError) in
            try await record(.nullHashes, "done: \(count) in \(column.quoted) of \(table)")
        }
        return changed
    }

    /// Beside no undoing. The rows are locked first: what the second statement sees of them and of their links cannot change before
    /// it is done, because every change of a link locks its row.
    private func nullHashes(in column: Column, _ range: String, _ values: [String?]) async throws(DirectoryError) -> Int {
        let (table, id) = (users.name.quoted, users.id.quoted)
        return try await locked { () async throws(DirectoryError) in
            try await connection.rows("SELECT pg_advisory_xact_lock(hashtext('segue'), hashtext('undo'))")
            _ = try await session.slowRows("SELECT 1 FROM \(table) u WHERE \(range) ORDER BY u.\(id) FOR NO KEY UPDATE", values)
            return try await session.slowRows(
                """
                UPDATE \(table) SET \(column.quoted) = NULL
                WHERE \(id) IN (SELECT u.\(id) FROM \(table) u\(users.joins) WHERE \(range) AND \(session.isSettled)) RETURNING 1
                """, values
            ).count
        }
    }

    private func dropHashColumn() async throws(DirectoryError) -> Int {
        guard let column = try await hashColumn() else { return 0 }
        let table = users.name.quoted
        try await locked { () async throws(DirectoryError) in
            try await run("LOCK TABLE \(table) IN ACCESS EXCLUSIVE MODE")
            // Whoever held the table may have written a digest before they let go of it.
            guard try await session.slowRows("SELECT 1 FROM \(table) WHERE \(column.quoted) IS NOT NULL LIMIT 1").isEmpty else {
                return
            }
            // Without CASCADE: a view that reads it says so, and stays.
            try await run("ALTER TABLE \(table) DROP COLUMN \(column.quoted)")
            try await record(.dropHashColumn, "\(column.quoted) of \(table)")
        }
        return 0
    }

    private func hashColumn() async throws(DirectoryError) -> Column? {
        guard let name = session.settings.users.passwordHash else { return nil }
        return try await Catalogue(of: session.settings.users.table, on: connection).column(name)
    }

    /// With the time of the entry: a step that waits for others writes it long after its beginning.
    private func record(_ step: FinalizeStep, _ detail: String) async throws(DirectoryError) {
        let now = UnixTime(milliseconds: Clock.wallMilliseconds())
        let words = note.reason.isEmpty ? detail : "\(detail): \(note.reason)"
        try await session.append(
            LedgerEntry(
                .finalize, user: nil, clerkUser: nil, rule: step.rawValue, requestID: nil, time: now, note: note, detail: words))
    }
}
