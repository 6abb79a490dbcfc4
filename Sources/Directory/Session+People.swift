import Authentication
import Identity
import Migration
import Telemetry

// How far everybody is on the way into Clerk. A process says of a person only what is still its own to say: each statement
// names the owner.
extension Session {
    var people: String { dialect.state("people") }

    /// Takes people whom nobody works on who lives.
    func claim(
        _ count: Int, for run: MigrationRun, among selection: MigrationSelection, reading columns: MigrationColumns
    ) async throws(DirectoryError) -> [ClaimedPerson] {
        guard let filter = try MigrationFilter(selection, users) else { return [] }
        let taken = try await connection.transaction { () async throws(DirectoryError) in
            try await sign(run)
            let owner = filter.parameters.count + 1
            let picked = try await connection.rows(
                """
                SELECT p.user_id FROM \(people) p WHERE p.\(Schema.openPeople) AND \(isFree(for: "$\(owner)"))\(isWithin(filter))
                ORDER BY p.user_id LIMIT \(count)\(dialect.lockingUnclaimed)
                """, filter.parameters + [run.owner]
            ).map { $0[0] }
            return try await take(picked, for: run)
        }
        let rows = try await legacyRows(taken.compactMap { $0[0] }, columns)
        return taken.map { row in
            let id = UserID(row[0] ?? "")
            return ClaimedPerson(
                id: id, state: PersonState(rawValue: row[1] ?? "") ?? .creating, clerkUser: row[2].map { ClerkUserID($0) },
                row: rows[id])
        }
    }

    /// Somebody whom another process took while these were looked for was seen as they are now, but of the processes only what
    /// there was when the look began. Nobody else can take them any more: so it is asked again whether their owner lives.
    func take(_ picked: [String?], for run: MigrationRun) async throws(DirectoryError) -> [[String?]] {
        guard !picked.isEmpty else { return [] }
        let places = picked.indices.map { "$\($0 + 3)" }.joined(separator: ", ")
        return try await connection.rows(
            """
            UPDATE \(people) AS p SET owner = $1, batch = $2 WHERE p.user_id IN (\(places)) AND \(isFree(for: "$1"))
            RETURNING user_id, state, clerk_user_id
            """, [run.owner, run.batch] + picked)
    }

    /// Whether anybody has something to be done, whoever works on them.
    func isAnybodyOpen(among selection: MigrationSelection) async throws(DirectoryError) -> Bool {
        guard let filter = try MigrationFilter(selection, users) else { return false }
        let first = try await connection.rows(
            "SELECT 1 FROM \(people) p WHERE p.\(Schema.openPeople)\(isWithin(filter)) LIMIT 1", filter.parameters)
        return !first.isEmpty
    }

    /// Nobody's, of a process that has been silent for too long, or our own: who claims has empty hands, and the answer to an
    /// earlier claim may have been lost.
    private func isFree(for owner: String) -> String {
        """
        (p.owner IS NULL OR p.owner = \(owner) OR NOT EXISTS (SELECT 1 FROM \(dialect.state("migrators")) m WHERE m.owner = p.owner
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
            WITH begun (id, digest) AS (VALUES \(places)),
            mine AS (\(held("owner = $1 AND user_id IN (SELECT b.id FROM begun b)")))
            UPDATE \(people) SET state = 'creating', digest = (SELECT b.digest FROM begun b WHERE b.id = user_id), updated_at = $2
            WHERE user_id IN (SELECT m.user_id FROM mine m) RETURNING user_id
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
            if mine.isEmpty {
                try await connection.rows("SELECT 1 FROM \(people) WHERE user_id = $1\(dialect.locking)", [person.text])
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
            // First of all, as every other link: a first request or a message may be about to link the same two, or an undoing to
            // part them.
            try await lock(clerkUser)
            let mine = try await connection.rows(
                "SELECT 1 FROM \(people) WHERE owner = $1 AND user_id = $2\(dialect.locking)", [run.owner, person.text])
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
        let mine = try await connection.rows(
            """
            UPDATE \(people) SET state = $3, code = $4, parameter = $5, owner = NULL, updated_at = $6,
            digest = COALESCE($7, digest) WHERE owner = $1 AND user_id = $2 RETURNING user_id
            """,
            [
                run.owner, person.text, settlement.state.rawValue, settlement.code, settlement.parameter,
                self.time(time), settlement.digest,
            ])
        guard mine.isEmpty, let digest = settlement.digest else { return }
        // Another process may have told Clerk a later one before us. Should that be the row's, it is told once more.
        try await connection.rows("UPDATE \(people) SET digest = $2 WHERE user_id = $1", [person.text, digest])
    }

    /// Their Clerk user was taken back: nobody goes on with them before they are planned again.
    func leaveAside(_ person: UserID, _ clerkUser: ClerkUserID) async throws(DirectoryError) {
        try await connection.rows(
            """
            UPDATE \(people) SET state = 'skipped', code = 'undone', clerk_user_id = NULL, owner = NULL
            WHERE user_id = $1 AND clerk_user_id = $2
            """, [person.text, clerkUser.text])
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
