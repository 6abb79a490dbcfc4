import Settings
import Sockets
import Telemetry

// What the database itself has against the end, found before it says so in its own words.
extension Session {
    /// Rows that a policy hides are people whom no gate asks for, and a step that judges by them would end their way in.
    func refuseHiddenRows() async throws(DirectoryError) {
        for table in [users.name.quoted, users.mapping?.name.quoted].compactMap(\.self) {
            guard try await connection.rows("SELECT row_security_active(to_regclass($1))", [table])[0][0] == "t" else { continue }
            throw .misfit(
                .refused(
                    "row-level security hides rows of \(table) from our role: run it as a role with BYPASSRLS (docs/finalize.md)",
                    sqlstate: nil))
        }
    }

    /// Whether the database holds to it that every row has a Clerk user. It is asked each time: a step changes it under sessions that live.
    func isLinkRequired() async throws(DirectoryError) -> Bool {
        guard case .column(let column) = users.source else { return false }
        if try await hasProof() { return true }
        return try await Catalogue(of: settings.users.table, on: connection).column(column.name)?.isNullable == false
    }

    /// The latest entry such that it and all before it are there for whoever looks from now on. The number of an entry says when its
    /// transaction wrote it, not when that ended: those that are still open are waited for, and keep nobody else waiting.
    func settledEntry() async throws(DirectoryError) -> Int64 {
        let latest = try await connection.rows("SELECT COALESCE(max(id), 0) FROM \(dialect.state("ledger"))")[0][0]
        let entry = latest.flatMap { Int64($0) } ?? 0
        guard dialect == .postgres else { return entry }
        let patience = Deadline(milliseconds: Clock.monotonicMilliseconds() + Limits.backupSettleMilliseconds)
        var open = try await ledgerWriters()
        while !open.isEmpty {
            guard Deadline(milliseconds: Clock.monotonicMilliseconds()) < patience else {
                let names = open.values.sorted().joined(separator: ", ")
                throw .away("a transaction that has written to the ledger stays open (process \(names)): end it, and try again")
            }
            await sleep(milliseconds: 100)
            let still = try await ledgerWriters()
            open = open.filter { still[$0.key] != nil }
        }
        return entry
    }

    /// Transactions that may have written to the ledger, each with its process.
    private func ledgerWriters() async throws(DirectoryError) -> [String: String] {
        let rows = try await connection.rows(
            """
            SELECT DISTINCT virtualtransaction, COALESCE(pid::text, 'none') FROM pg_locks
            WHERE locktype = 'relation' AND relation = to_regclass($1) AND mode = 'RowExclusiveLock' AND granted
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND pid IS DISTINCT FROM pg_backend_pid()
            """, [dialect.state("ledger")])
        return Dictionary(rows.map { ($0[0] ?? "", $0[1] ?? "") }) { first, _ in first }
    }
}

extension FinalizeWork {
    /// Why our role cannot do a step that changes the catalogue; `nil`: it can.
    func obstacle(to step: FinalizeStep) async throws(DirectoryError) -> String? {
        switch step {
        case .keepColumns, .nullHashes: return nil
        case .notNull, .dropHashColumn: break
        }
        let table = session.users.name.quoted
        let found = try await session.connection.rows(
            "SELECT relkind, pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = to_regclass($1)", [table]
        ).first
        guard let found else { return nil }
        if found[0] != "r", found[0] != "p" {
            return "\(table) is no table but a view: do this step by hand on the table behind it"
        }
        if found[1] != "t" { return "our role does not own \(table): run it as its owner (docs/database.md)" }
        return nil
    }

    /// What became of a step that the database may have something against.
    func ending(
        _ body: () async throws(DirectoryError) -> FinalizeOutcome
    ) async throws(DirectoryError) -> FinalizeOutcome {
        do throws(DirectoryError) { return try await body() } catch {
            switch error {
            case .lockedOut: return .locked(try await holders(), try await session.finalizeTable())
            case .refused(let message), .unfit(let message): return .failed(message)
            default: throw error
            }
        }
    }
}
