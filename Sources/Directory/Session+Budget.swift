// Clerk's limits are of a secret key, and so of all who migrate, undo or reconcile with it.
extension Session {
    /// Reserves so many calls, one every `microseconds`: how long to wait for the first of them, by the database's clock.
    func reserve(_ calls: Int, every microseconds: Int, of kind: String) async throws(DirectoryError) -> Int {
        let (budget, now) = (dialect.state("budget"), dialect.nowMicroseconds)
        let later = dialect == .postgres ? "greatest" : "max"
        let rows = try await connection.rows(
            """
            INSERT INTO \(budget) AS b (class, next_at_us) VALUES ($1, \(now) + \(calls * microseconds))
            ON CONFLICT (class) DO UPDATE SET next_at_us = \(later)(b.next_at_us, \(now)) + \(calls * microseconds)
            RETURNING next_at_us - \(now)
            """, [kind])
        return max(0, (Int(rows[0][0] ?? "") ?? 0) - calls * microseconds)
    }

    /// Nobody calls for so long.
    func block(_ kind: String, seconds: Int) async throws(DirectoryError) {
        let (budget, now) = (dialect.state("budget"), dialect.nowMicroseconds)
        let later = dialect == .postgres ? "greatest" : "max"
        try await connection.rows(
            """
            INSERT INTO \(budget) AS b (class, next_at_us) VALUES ($1, \(now) + \(seconds * 1_000_000))
            ON CONFLICT (class) DO UPDATE SET next_at_us = \(later)(b.next_at_us, EXCLUDED.next_at_us)
            """, [kind])
    }
}
