import Migration

// Which processes take people into Clerk, and whether they live.
extension Session {
    private var migrators: String { dialect.state("migrators") }

    /// One transaction: a run begins, and the ledger says so.
    func open(_ run: MigrationRun, _ entry: LedgerEntry) async throws(DirectoryError) {
        try await connection.transaction { () async throws(DirectoryError) in
            try await forgetTheDead()
            try await sign(run)
            try await append(entry)
        }
    }

    /// Of whoever died without a word. One that has only slept signs anew when it takes people again; whom it had are anybody's
    /// since it fell silent.
    private func forgetTheDead() async throws(DirectoryError) {
        try await connection.rows(
            "DELETE FROM \(migrators) WHERE seen_at_ms < \(dialect.nowMilliseconds) - \(Limits.migratorMemoryMilliseconds)")
    }

    /// Says that this process works.
    func sign(_ run: MigrationRun) async throws(DirectoryError) {
        try await connection.rows(
            """
            INSERT INTO \(migrators) (owner, batch, seen_at_ms) VALUES ($1, $2, \(dialect.nowMilliseconds))
            ON CONFLICT (owner) DO UPDATE SET seen_at_ms = EXCLUDED.seen_at_ms
            """, [run.owner, run.batch])
    }

    /// Says that it still lives. Whoever has given everybody back stays gone, however late this comes.
    func signAgain(_ run: MigrationRun) async throws(DirectoryError) {
        try await connection.rows(
            "UPDATE \(migrators) SET seen_at_ms = \(dialect.nowMilliseconds) WHERE owner = $1", [run.owner])
    }

    /// Others need not wait until this process has been silent for long enough.
    func release(_ run: MigrationRun) async throws(DirectoryError) {
        try await connection.rows(
            """
            WITH mine AS (\(held("owner = $1")))
            UPDATE \(people) SET owner = NULL WHERE user_id IN (SELECT m.user_id FROM mine m)
            """, [run.owner])
        try await connection.rows("DELETE FROM \(migrators) WHERE owner = $1", [run.owner])
    }
}
