package import Identity
import Settings
import Telemetry

/// How far a migration is, by the directory itself: of everybody, or of a cohort.
package struct MigrationProgress: Sendable, Hashable {
    package let counts: MigrationCounts
    /// People with a password of the old kind; `nil` where the settings name no such column.
    package let withPassword: Int?
    /// Linked people who have been seen with a Clerk session.
    package let seen: Int
    /// Refused links that wait for somebody.
    package let reviews: Int
    /// The last days on which something happened, the oldest first.
    package let days: [Day]
    /// Links made, less those taken away, in the last seven days.
    package let linkedInSevenDays: Int

    package struct Day: Sendable, Hashable {
        /// UTC: `2026-11-21`.
        package let day: String
        package let linked: Int
        package let unlinked: Int
    }
}

extension Session {
    /// Each a statement of its own: a table that changes meanwhile may be told of as it was a moment apart.
    func progress(_ selection: MigrationSelection, at now: UnixTime) async throws(DirectoryError) -> MigrationProgress {
        guard let filter = try MigrationFilter(selection, users) else {
            throw .misfit(.refused("the filter can be true of nobody", sqlstate: nil))
        }
        let lately = try await linkChanges(filter, since: now.adding(seconds: -7 * 86_400), perDay: false).first
        return MigrationProgress(
            counts: try await counts(filter), withPassword: try await withPassword(filter),
            seen: try await count(
                filter,
                """
                (SELECT DISTINCT \(users.columns[0]) FROM \(people(filter)) AND l.first_session_at IS NOT NULL
                AND \(users.columns[5]) = l.clerk_user_id) seen
                """),
            reviews: try await count(
                filter,
                """
                \(dialect.state("reviews")) r WHERE \(isWithin(filter, "r.candidate"))
                AND NOT EXISTS (SELECT 1 FROM \(dialect.state("links")) l WHERE l.clerk_user_id = r.clerk_user_id)
                """),
            days: try await linkChanges(filter, since: now.adding(seconds: -Limits.progressDays * 86_400), perDay: true),
            linkedInSevenDays: lately.map { $0.linked - $0.unlinked } ?? 0)
    }

    private func counts(_ filter: MigrationFilter) async throws(DirectoryError) -> MigrationCounts {
        let everybody = "SELECT DISTINCT \(users.columns[0]), \(users.columns[5]) AS clerk_user FROM \(people(filter))"
        let row = try await slowRows(
            filter.conditions.isEmpty ? users.counts : "SELECT count(*), count(clerk_user) FROM (\(everybody)) everybody",
            filter.parameters)[0]
        return MigrationCounts(total: Self.number(row[0]), migrated: Self.number(row[1]))
    }

    private func withPassword(_ filter: MigrationFilter) async throws(DirectoryError) -> Int? {
        guard let password = try users.catalogue.optional(settings.users.passwordHash) else { return nil }
        return try await count(
            filter,
            """
            (SELECT DISTINCT \(users.columns[0]) FROM \(people(filter))
            AND NULLIF(\(dialect.text("u.\(password.quoted)")), '') IS NOT NULL) secured
            """)
    }

    /// A link that was undone is one taken away, and a link taken away that was undone is a link.
    private func linkChanges(
        _ filter: MigrationFilter, since time: UnixTime, perDay: Bool
    ) async throws(DirectoryError) -> [MigrationProgress.Day] {
        let day = perDay ? "substr(\(dialect.timeText("at")), 1, 10)" : "'all'"
        return try await slowRows(
            """
            SELECT \(day), sum(CASE WHEN effect IN ('link', 'provision') THEN 1 ELSE 0 END),
              sum(CASE WHEN effect IN ('link', 'provision') THEN 0 ELSE 1 END)
            FROM (SELECT at, CASE WHEN action <> 'undo' THEN action WHEN rule = 'unlink' THEN 'link' ELSE 'unlink' END AS effect
              FROM \(dialect.state("ledger"))
              WHERE (action IN ('link', 'provision', 'unlink') OR action = 'undo' AND rule IN ('link', 'provision', 'unlink'))
              AND \(isWithin(filter, "user_id")) AND at >= $\(filter.parameters.count + 1)) changes
            GROUP BY 1 ORDER BY 1
            """, filter.parameters + [self.time(time)]
        ).map { MigrationProgress.Day(day: $0[0] ?? "", linked: Self.number($0[1]), unlinked: Self.number($0[2])) }
    }

    /// The rows that are meant, with what is joined to them; a condition may follow.
    private func people(_ filter: MigrationFilter) -> String {
        "\(users.name.quoted) u\(users.joins) WHERE \((["1 = 1"] + filter.conditions).joined(separator: " AND "))"
    }

    private func isWithin(_ filter: MigrationFilter, _ user: String) -> String {
        filter.conditions.isEmpty ? "1 = 1" : "\(user) IN (SELECT \(users.columns[0]) FROM \(people(filter)))"
    }

    private func count(_ filter: MigrationFilter, _ from: String) async throws(DirectoryError) -> Int {
        Self.number(try await slowRows("SELECT count(*) FROM \(from)", filter.parameters)[0][0])
    }

    /// A large table is read whole, and nobody waits for that but an operator.
    func slowRows(_ question: String, _ values: [String?] = []) async throws(DirectoryError) -> [[String?]] {
        try await connection.rows(question, values, timeoutMilliseconds: Limits.inspectionMilliseconds)
    }

    private static func number(_ text: String?) -> Int { text.flatMap { Int($0) } ?? 0 }
}
