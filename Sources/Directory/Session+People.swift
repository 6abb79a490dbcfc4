import Authentication
import Identity
import Migration
import Telemetry

// How far everybody is on the way into Clerk. A process says of a person only what is still its own to say: each statement
// names the owner.
extension Session {
    private var people: String { dialect.state("people") }
    private var migrators: String { dialect.state("migrators") }

    /// Puts down what is to become of each row. Whose way has begun or ended keeps their state.
    func plan(_ rows: [PlannedPerson], at time: UnixTime) async throws(DirectoryError) {
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
            let held = try await bare(among: seem.map(\.text), dialect == .postgres ? " FOR UPDATE OF p" : "")
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

    /// Says that this process lives.
    func sign(_ run: MigrationRun) async throws(DirectoryError) {
        try await connection.rows(
            """
            INSERT INTO \(migrators) (owner, batch, seen_at_ms) VALUES ($1, $2, \(dialect.nowMilliseconds))
            ON CONFLICT (owner) DO UPDATE SET seen_at_ms = EXCLUDED.seen_at_ms
            """, [run.owner, run.batch])
    }

    /// Takes people whom nobody works on who lives.
    func claim(
        _ count: Int, for run: MigrationRun, among selection: MigrationSelection, reading columns: MigrationColumns
    ) async throws(DirectoryError) -> [ClaimedPerson] {
        guard let filter = try MigrationFilter(selection, users) else { return [] }
        let (owner, batch) = (filter.parameters.count + 1, filter.parameters.count + 2)
        let taken = try await connection.transaction { () async throws(DirectoryError) in
            try await sign(run)
            return try await connection.rows(
                """
                WITH picked AS (
                    SELECT p.user_id FROM \(people) p WHERE p.\(Schema.openPeople) AND \(isFree(for: "$\(owner)"))\(isWithin(filter))
                    ORDER BY p.user_id LIMIT \(count)\(dialect.lockingUnclaimed)
                )
                UPDATE \(people) SET owner = $\(owner), batch = $\(batch)
                WHERE user_id IN (SELECT user_id FROM picked) RETURNING user_id, state, clerk_user_id
                """, filter.parameters + [run.owner, run.batch])
        }
        let rows = try await legacyRows(taken.compactMap { $0[0] }, columns)
        return taken.map { row in
            let id = UserID(row[0] ?? "")
            return ClaimedPerson(
                id: id, state: PersonState(rawValue: row[1] ?? "") ?? .creating, clerkUser: row[2].map { ClerkUserID($0) },
                row: rows[id])
        }
    }

    func othersOpen(_ run: MigrationRun, among selection: MigrationSelection) async throws(DirectoryError) -> Int {
        guard let filter = try MigrationFilter(selection, users) else { return 0 }
        let rows = try await connection.rows(
            """
            SELECT count(*) FROM \(people) p WHERE p.\(Schema.openPeople) AND p.owner <> $\(filter.parameters.count + 1)\(isWithin(filter))
            """, filter.parameters + [run.owner])
        return Int(rows[0][0] ?? "") ?? 0
    }

    /// Nobody's, of a process that has been silent for too long, or our own: who claims has empty hands, and the answer to an
    /// earlier claim may have been lost.
    private func isFree(for owner: String) -> String {
        """
        (p.owner IS NULL OR p.owner = \(owner) OR NOT EXISTS (SELECT 1 FROM \(migrators) m WHERE m.owner = p.owner
        AND m.seen_at_ms > \(dialect.nowMilliseconds) - \(Limits.migratorSilenceMilliseconds)))
        """
    }

    private func isWithin(_ filter: MigrationFilter) -> String {
        guard !filter.conditions.isEmpty else { return "" }
        let isTheirs = "u.\(users.id.quoted) = \(dialect.stored("p.user_id", as: users.id.type))"
        let conditions = [isTheirs] + filter.conditions
        return " AND EXISTS (SELECT 1 FROM \(users.name.quoted) u WHERE \(conditions.joined(separator: " AND ")))"
    }

    private func legacyRows(_ ids: [String], _ columns: MigrationColumns) async throws(DirectoryError) -> [UserID: LegacyRow] {
        guard !ids.isEmpty else { return [:] }
        let places = ids.indices.map { dialect.parameter($0 + 1, as: users.id.type) }
        let read = try await connection.rows(
            """
            SELECT \((users.columns + columns.expressions).joined(separator: ", ")) FROM \(users.name.quoted) u\(users.joins)
            WHERE u.\(users.id.quoted) IN (\(places.joined(separator: ", ")))
            """, ids)
        var rows: [UserID: LegacyRow] = [:]
        for row in read {
            let user = users.user(row)
            rows[user.id] = columns.row(row, user)
        }
        return rows
    }
}

// What becomes of those who were taken.
extension Session {
    /// Clerk is about to be asked; returns who is still this process's.
    func begin(_ begun: [BegunPerson], for run: MigrationRun, at time: UnixTime) async throws(DirectoryError) -> Set<UserID> {
        guard !begun.isEmpty else { return [] }
        let places = begun.indices.map { "($\(2 * $0 + 3), $\(2 * $0 + 4))" }.joined(separator: ", ")
        let rows = try await connection.rows(
            """
            WITH begun (id, digest) AS (VALUES \(places))
            UPDATE \(people) SET state = 'creating', digest = (SELECT b.digest FROM begun b WHERE b.id = user_id), updated_at = $2
            WHERE owner = $1 AND user_id IN (SELECT b.id FROM begun b) RETURNING user_id
            """, [run.owner, self.time(time)] + begun.flatMap { [$0.id.text, $0.digest] })
        return Set(rows.compactMap { $0[0].map { UserID($0) } })
    }

    /// One transaction: the Clerk user of a person, and, where we had them made, the ledger's word that we did.
    func note(
        _ person: UserID, is clerkUser: ClerkUserID, isOurs: Bool, for run: MigrationRun, at time: UnixTime
    ) async throws(DirectoryError) {
        try await connection.transaction { () async throws(DirectoryError) in
            let mine = try await connection.rows(
                """
                UPDATE \(people) SET state = 'created', clerk_user_id = $3, updated_at = $4 WHERE owner = $1 AND user_id = $2
                RETURNING user_id
                """, [run.owner, person.text, clerkUser.text, self.time(time)])
            guard isOurs else { return }
            // Whoever has them by now: what we have made is ours to take back. It is said once, by whoever holds the row first.
            if mine.isEmpty, dialect == .postgres {
                try await connection.rows("SELECT 1 FROM \(people) WHERE user_id = $1 FOR UPDATE", [person.text])
            }
            guard try await !ledgerCreated(clerkUser) else { return }
            try await append(
                LedgerEntry(
                    .createClerkUser, user: person, clerkUser: clerkUser, rule: nil, requestID: nil, time: time, batch: run.batch))
        }
    }

    /// One transaction: the link, by the rule that an `external_id` proves, and where the person's way ends; `nil`: they are
    /// another process's by now, or were taken back.
    func link(
        _ person: UserID, _ clerkUser: ClerkUserID, for run: MigrationRun, at time: UnixTime
    ) async throws(DirectoryError) -> Settlement? {
        try await connection.transaction { () async throws(DirectoryError) in
            let mine = try await connection.rows(
                "SELECT 1 FROM \(people) WHERE owner = $1 AND user_id = $2\(dialect == .postgres ? " FOR UPDATE" : "")",
                [run.owner, person.text])
            guard !mine.isEmpty else { return nil }
            let settlement: Settlement
            if let row = try await row(of: person, users.byIDLocking) {
                let link = NewLink(
                    row: row, clerkUser: clerkUser, rule: LinkRule.externalID.rawValue, needsSoleEmail: false, requestID: "",
                    time: time, batch: run.batch)
                settlement = Settlement(try await make(link), for: person)
            } else {
                settlement = Settlement(.conflict, code: MigrationSkip.rowGone.rawValue)
            }
            try await settle(person, settlement, for: run, at: time)
            return settlement
        }
    }

    func settle(_ person: UserID, _ settlement: Settlement, for run: MigrationRun, at time: UnixTime) async throws(DirectoryError) {
        try await connection.rows(
            """
            UPDATE \(people) SET state = $3, code = $4, parameter = $5, owner = NULL, updated_at = $6,
            digest = COALESCE($7, digest) WHERE owner = $1 AND user_id = $2
            """,
            [
                run.owner, person.text, settlement.state.rawValue, settlement.code, settlement.parameter,
                self.time(time), settlement.digest,
            ])
    }

    /// Their Clerk user was taken back: nobody goes on with them before they are planned again.
    func leaveAside(_ clerkUser: ClerkUserID) async throws(DirectoryError) {
        try await connection.rows(
            "UPDATE \(people) SET state = 'skipped', code = 'undone', clerk_user_id = NULL, owner = NULL WHERE clerk_user_id = $1",
            [clerkUser.text])
    }

    /// Others need not wait until this process has been silent for long enough.
    func release(_ run: MigrationRun) async throws(DirectoryError) {
        try await connection.rows("UPDATE \(people) SET owner = NULL WHERE owner = $1", [run.owner])
        try await connection.rows("DELETE FROM \(migrators) WHERE owner = $1", [run.owner])
    }

    /// How many stand where, over all runs.
    func peopleCounts() async throws(DirectoryError) -> [PersonState: Int] {
        var counts: [PersonState: Int] = [:]
        for row in try await connection.rows("SELECT state, count(*) FROM \(people) GROUP BY state") {
            if let state = PersonState(rawValue: row[0] ?? "") { counts[state] = Int(row[1] ?? "") }
        }
        return counts
    }
}
