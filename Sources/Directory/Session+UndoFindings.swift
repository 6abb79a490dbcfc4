import Authentication
import Telemetry

extension Session {
    /// What the ledger says about a selection; `nil`: it is more than is undone at a time.
    func undoFindings(_ selection: UndoSelection) async throws(DirectoryError) -> UndoFindings? {
        var findings = UndoFindings()
        let (condition, value) = condition(of: selection)
        findings.selected = try await ledger("WHERE \(condition) ORDER BY id LIMIT \(Limits.undoEntries + 1)", [value])
        guard findings.selected.count <= Limits.undoEntries else { return nil }
        let ids = findings.selected.map(\.id)
        guard let first = ids.min() else { return findings }
        let selected = "SELECT * FROM \(dialect.state("ledger")) WHERE \(condition)"
        findings.others = try await ledger(
            """
            WHERE id > \(first) AND NOT (\(condition)) AND (user_id IN (SELECT s.user_id FROM (\(selected)) s)
              OR clerk_user_id IN (SELECT s.clerk_user_id FROM (\(selected)) s)
              OR action = 'finalize' OR action = 'flip' AND detail IN (SELECT s.detail FROM (\(selected)) s WHERE s.action = 'flip'))
            ORDER BY id
            """, [value])
        findings.undone = Set(
            try await ledger("WHERE action = 'undo' AND id > \(first) ORDER BY id", []).compactMap(\.undoneEntry))
        func clerkUsers(in table: String, where condition: String) async throws(DirectoryError) -> Set<ClerkUserID> {
            let rows = try await slowRows(
                """
                SELECT clerk_user_id FROM \(dialect.state(table)) WHERE \(condition) IS NOT NULL
                AND clerk_user_id IN (SELECT s.clerk_user_id FROM (\(selected)) s)
                """, [value])
            return Set(rows.compactMap { $0[0].map(ClerkUserID.init) })
        }
        findings.seen = try await clerkUsers(in: "links", where: "first_session_at")
        findings.ended = try await clerkUsers(in: "clerk_users", where: "deleted_at")
        findings.running = try await slowRows(
            """
            SELECT DISTINCT m.batch FROM \(dialect.state("migrators")) m
            WHERE m.seen_at_ms > \(dialect.nowMilliseconds) - \(Limits.migratorSilenceMilliseconds)
            AND m.batch IN (SELECT s.batch FROM (\(selected)) s) ORDER BY 1
            """, [value]
        ).compactMap { $0[0] }
        return findings
    }

    private func condition(of selection: UndoSelection) -> (String, String) {
        switch selection {
        case .entry(let id): ("id = $1", String(id))
        // A webhook of Clerk's may have linked whom a run has created before the run could, under no batch.
        case .batch(let batch):
            (
                """
                (batch IS NOT NULL AND batch = $1 OR batch IS NULL AND action = 'link' AND COALESCE(rule, '') = 'external_id'
                AND clerk_user_id IN (SELECT b.clerk_user_id FROM \(dialect.state("ledger")) b
                  WHERE b.action = 'create_clerk_user' AND b.batch = $1 AND b.clerk_user_id IS NOT NULL))
                """, batch
            )
        case .since(let time): ("at >= $1", self.time(time))
        }
    }

    private func ledger(_ rest: String, _ values: [String?]) async throws(DirectoryError) -> [LedgerRow] {
        let question = "SELECT \(LedgerRow.columns(dialect)) FROM \(dialect.state("ledger")) \(rest)"
        return try await slowRows(question, values).map(LedgerRow.init)
    }

    /// Rows behind an entry about the same person, Clerk user or route, or about everybody, as they are now.
    func laterEntries(about row: LedgerRow) async throws(DirectoryError) -> [LedgerRow] {
        guard row.user != nil || row.clerkUser != nil else {
            return try await ledger("WHERE id > \(row.id) AND user_id IS NULL AND clerk_user_id IS NULL ORDER BY id", [])
        }
        return try await ledger(
            """
            WHERE id > \(row.id) AND (user_id = $1 OR clerk_user_id = $2
              OR user_id IS NULL AND clerk_user_id IS NULL AND (action = 'finalize' OR action = 'undo' AND rule = 'finalize'))
            ORDER BY id
            """, [row.user?.text, row.clerkUser?.text])
    }
}
