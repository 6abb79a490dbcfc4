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
    /// Others hold the table for too long.
    case locked([LockHolder])
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
    let now: UnixTime
    /// Until when locks are waited for.
    let patience: Deadline
    /// Told how many rows are done.
    let progress: @Sendable (Int) -> Void

    private var connection: any SQLConnection { session.connection }
    private var users: UsersTable { session.users }

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
        guard try await session.finalizeTable().rowsWithoutLink.count == 0 else {
            try await locked("ALTER TABLE \(table) DROP CONSTRAINT IF EXISTS \(proof)")
            return 0
        }
        try await locked("ALTER TABLE \(table) VALIDATE CONSTRAINT \(proof)")
        try await locked { () async throws(DirectoryError) in
            try await run("ALTER TABLE \(table) ALTER COLUMN \(column.quoted) SET NOT NULL")
            try await run("ALTER TABLE \(table) DROP CONSTRAINT \(proof)")
            try await record(.notNull, "\(column.quoted) of \(table)")
        }
        return 0
    }

    /// A thousand rows at a time, in the order of the ids: the application waits for none of them for long.
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
            let lower = last.map { _ in " AND \(id.quoted) > \(Dialect.postgres.parameter(2, as: id.type))" } ?? ""
            let (from, upper) = (last, Dialect.postgres.parameter(1, as: id.type))
            changed += try await locked { () async throws(DirectoryError) in
                try await session.slowRows(
                    """
                    UPDATE \(table) SET \(column.quoted) = NULL
                    WHERE \(column.quoted) IS NOT NULL AND \(id.quoted) <= \(upper)\(lower) RETURNING 1
                    """, [end] + (from.map { [$0] } ?? [])
                ).count
            }
            last = end
            progress(changed)
        }
        let count = changed
        try await connection.transaction { () async throws(DirectoryError) in
            try await record(.nullHashes, "done: \(count) in \(column.quoted) of \(table)")
        }
        return changed
    }

    private func dropHashColumn() async throws(DirectoryError) -> Int {
        guard let column = try await hashColumn() else { return 0 }
        try await locked { () async throws(DirectoryError) in
            // Without CASCADE: a view that reads it says so, and stays.
            try await run("ALTER TABLE \(users.name.quoted) DROP COLUMN \(column.quoted)")
            try await record(.dropHashColumn, "\(column.quoted) of \(users.name.quoted)")
        }
        return 0
    }

    private func hashColumn() async throws(DirectoryError) -> Column? {
        guard let name = session.settings.users.passwordHash else { return nil }
        return try await Catalogue(of: session.settings.users.table, on: connection).column(name)
    }

    private func record(_ step: FinalizeStep, _ detail: String) async throws(DirectoryError) {
        let words = note.reason.isEmpty ? detail : "\(detail): \(note.reason)"
        try await session.append(
            LedgerEntry(
                .finalize, user: nil, clerkUser: nil, rule: step.rawValue, requestID: nil, time: now, note: note, detail: words))
    }

    // MARK: Locks

    private func locked(_ statement: String) async throws(DirectoryError) {
        try await locked { () async throws(DirectoryError) in try await run(statement) }
    }

    /// Everybody who wants the table waits behind whoever waits for it with a stronger lock: so it gives way after a second and
    /// comes again later.
    private func locked<Result>(_ body: () async throws(DirectoryError) -> Result) async throws(DirectoryError) -> Result {
        var pause = 250
        while true {
            do throws(DirectoryError) {
                return try await connection.transaction { () async throws(DirectoryError) in
                    try await connection.rows("SET LOCAL lock_timeout = \(Limits.finalizeLockMilliseconds)")
                    return try await body()
                }
            } catch {
                guard error == .lockedOut, Deadline(milliseconds: Clock.monotonicMilliseconds() + Int64(pause)) < patience else {
                    throw error
                }
            }
            await sleep(milliseconds: pause)
            pause = min(pause * 2, Limits.finalizePauseMilliseconds)
        }
    }

    /// A proof of a large table takes as long as it takes.
    private func run(_ statement: String) async throws(DirectoryError) {
        _ = try await connection.rows(statement, [], timeoutMilliseconds: Limits.schemaMilliseconds)
    }

    func holders() async throws(DirectoryError) -> [LockHolder] {
        try await connection.rows(
            """
            SELECT DISTINCT a.pid::text, COALESCE(a.application_name, ''), COALESCE(a.state, ''),
              COALESCE(floor(extract(epoch FROM now() - a.xact_start))::text, '0')
            FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
            WHERE l.relation = to_regclass($1) AND l.granted AND a.pid <> pg_backend_pid() ORDER BY 1 LIMIT 5
            """, [users.name.quoted]
        ).map { LockHolder(process: $0[0] ?? "", application: $0[1] ?? "", state: $0[2] ?? "", seconds: $0[3] ?? "") }
    }
}
