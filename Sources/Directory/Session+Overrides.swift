import Identity
import Settings
import Telemetry

/// Modes of routes that were set while Segue runs.
extension Session {
    func overrides() async throws(DirectoryError) -> [RouteOverride] {
        try await connection.rows(
            "SELECT route, mode, base_mode, actor, made_at_ms, expires_at_ms FROM \(dialect.state("overrides")) ORDER BY route"
        ).compactMap(RouteOverride.init)
    }

    /// In the place of whatever was set for the route before.
    func set(_ overrides: [RouteOverride]) async throws(DirectoryError) {
        try await connection.transaction { () async throws(DirectoryError) in
            for override in overrides {
                try await connection.rows(
                    """
                    INSERT INTO \(dialect.state("overrides")) (route, mode, base_mode, actor, made_at_ms, expires_at_ms)
                    VALUES ($1, $2, $3, $4, $5, $6)
                    ON CONFLICT (route) DO UPDATE SET mode = EXCLUDED.mode, base_mode = EXCLUDED.base_mode, actor = EXCLUDED.actor,
                      made_at_ms = EXCLUDED.made_at_ms, expires_at_ms = EXCLUDED.expires_at_ms
                    """,
                    [
                        override.route, override.mode.rawValue, override.base.rawValue, override.actor,
                        String(override.made.milliseconds), override.expires.map { String($0.milliseconds) },
                    ])
                try await append(
                    LedgerEntry(
                        .flip, user: nil, clerkUser: nil, rule: "\(override.base.rawValue) -> \(override.mode.rawValue)",
                        requestID: nil, time: override.made, note: OperatorNote(actor: override.actor, reason: override.route)))
            }
            try await announceOverrides()
        }
    }

    /// Whether there was one. What somebody has set meanwhile in its place stays.
    func remove(_ override: RouteOverride, by actor: String, at time: UnixTime) async throws(DirectoryError) -> Bool {
        try await connection.transaction { () async throws(DirectoryError) in
            let removed = try await connection.rows(
                "DELETE FROM \(dialect.state("overrides")) WHERE route = $1 AND made_at_ms = $2 RETURNING route",
                [override.route, String(override.made.milliseconds)])
            guard !removed.isEmpty else { return false }
            try await append(
                LedgerEntry(
                    .flip, user: nil, clerkUser: nil, rule: "end of \(override.base.rawValue) -> \(override.mode.rawValue)",
                    requestID: nil, time: time, note: OperatorNote(actor: actor, reason: override.route)))
            try await announceOverrides()
            return true
        }
    }

    func announceOverrides() async throws(DirectoryError) {
        guard dialect == .postgres else { return }
        try await connection.rows("SELECT pg_notify('\(DirectoryChange.channel)', $1)", [DirectoryChange.overrides.message])
    }

    // MARK: The way back

    /// Rows of linked people without a password: who signs in with Clerk and could not without. A table that keeps no
    /// password tells only of those whom Segue has made.
    func stranded() async throws(DirectoryError) -> StrandedUsers {
        let id = dialect.text("u.\(users.id.quoted)")
        let condition: String
        if let password = try users.catalogue.optional(settings.users.passwordHash) {
            condition = "NULLIF(\(dialect.text("u.\(password.quoted)")), '') IS NULL"
        } else {
            condition =
                "EXISTS (SELECT 1 FROM \(dialect.state("ledger")) l WHERE l.action = 'provision' AND l.user_id = \(id))"
        }
        let from = "FROM \(users.name.quoted) u WHERE \(condition)"
        let count = Int(try await connection.rows("SELECT count(*) \(from)").first?.first?.flatMap { $0 } ?? "") ?? 0
        let some = try await connection.rows("SELECT \(id) \(from) ORDER BY 1 LIMIT \(Limits.strandedNamed)").compactMap { $0[0] }
        return StrandedUsers(count: count, some: some, knowsPasswords: settings.users.passwordHash != nil)
    }
}

/// People who have no old credential to go back to.
package struct StrandedUsers: Sendable, Hashable {
    package let count: Int
    /// The first of them, by their internal ids.
    package let some: [String]
    /// Whether the users table says who has a password; else these are the people whom Segue has made.
    package let knowsPasswords: Bool

    /// Whether it is certain that everybody can go back.
    package var isKnownToBeNobody: Bool { count == 0 && knowsPasswords }

    package init(count: Int, some: [String], knowsPasswords: Bool) {
        (self.count, self.some, self.knowsPasswords) = (count, some, knowsPasswords)
    }
}

extension RouteOverride {
    /// A row that a newer version has written, with a mode that this one does not know, is skipped.
    fileprivate init?(_ row: [String?]) {
        guard let mode = Mode(rawValue: row[1] ?? ""), let base = Mode(rawValue: row[2] ?? ""), let made = Int64(row[4] ?? "")
        else {
            return nil
        }
        self.init(
            route: row[0] ?? "", mode: mode, base: base, actor: row[3] ?? "", made: UnixTime(milliseconds: made),
            expires: row[5].flatMap { Int64($0) }.map { UnixTime(milliseconds: $0) })
    }
}
