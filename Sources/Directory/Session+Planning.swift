import Authentication
import Identity
import Migration
import Telemetry

// What is to become of everybody, before anybody is asked.
extension Session {
    /// Puts down what is to become of each row. Whose way has begun or ended keeps their state.
    func plan(_ rows: [PlannedPerson], at time: UnixTime) async throws(DirectoryError) {
        // By the bytes of their ids, as the database orders them: see `held`.
        let rows = rows.sorted { $0.id.text.utf8.lexicographicallyPrecedes($1.id.text.utf8) }
        // Whoever was left aside may have been mended since, and whoever was linked have changed their password.
        try await put(
            rows, where: "p.state IN ('conflict', 'failed', 'skipped') OR (p.state = 'linked' AND EXCLUDED.state = 'changed')",
            at: time)
        try await planAgain(rows, at: time)
    }

    /// A link may have been taken back: what stands in the links counts, for another process may have linked somebody since the
    /// table was read. A statement that waits for a row sees the row as it is then, but of the links only what it saw at its
    /// start. So whoever seems to be without one is held first, and looked at by a statement that starts after that.
    private func planAgain(_ rows: [PlannedPerson], at time: UnixTime) async throws(DirectoryError) {
        let isBare =
            "p.state = 'linked' AND NOT EXISTS (SELECT 1 FROM \(dialect.state("links")) l WHERE l.user_id = p.user_id)"
        func bare(among ids: [String], _ locking: String) async throws(DirectoryError) -> Set<UserID> {
            let places = ids.indices.map { "$\($0 + 1)" }.joined(separator: ", ")
            guard !ids.isEmpty else { return [] }
            let found = try await connection.rows(
                "SELECT p.user_id FROM \(people) p WHERE p.user_id IN (\(places)) AND \(isBare) ORDER BY p.user_id\(locking)", ids)
            return Set(found.compactMap { $0[0].map { UserID($0) } })
        }
        let seem = try await bare(among: rows.map(\.id.text), "")
        guard !seem.isEmpty else { return }
        try await connection.transaction { () async throws(DirectoryError) in
            let held = try await bare(among: seem.map(\.text), dialect.locking)
            try await put(rows.filter { held.contains($0.id) }, where: isBare, at: time)
        }
    }

    /// `condition`: of whom there is a state already (`p`), who gets the new one (`EXCLUDED`).
    private func put(_ rows: [PlannedPerson], where condition: String, at time: UnixTime) async throws(DirectoryError) {
        guard !rows.isEmpty else { return }
        var values: [String?] = [self.time(time)]
        var places: [String] = []
        for row in rows {
            places.append("($\(values.count + 1), $\(values.count + 2), $\(values.count + 3), $1)")
            values += [row.id.text, row.settlement.state.rawValue, row.settlement.code]
        }
        try await connection.rows(
            """
            INSERT INTO \(people) AS p (user_id, state, code, updated_at) VALUES \(places.joined(separator: ", "))
            ON CONFLICT (user_id) DO UPDATE SET state = EXCLUDED.state, code = EXCLUDED.code, parameter = NULL,
            updated_at = EXCLUDED.updated_at WHERE \(condition)
            """, values)
    }

    /// Whoever holds several people takes them in the order of their ids: of two who do, one waits for the other, and never each
    /// for each.
    func held(_ condition: String) -> String {
        "SELECT user_id FROM \(people) WHERE \(condition) ORDER BY user_id\(dialect.locking)"
    }
}
