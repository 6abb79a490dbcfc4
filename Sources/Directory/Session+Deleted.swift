import Authentication
import Identity
import Migration
import Settings
import Telemetry

/// `user.deleted`: what becomes of the row, as `linking.afterDelete` says.
extension Session {
    /// From now on no link is made to this Clerk user, whatever message or request is still on its way.
    func bury(
        _ clerkUser: ClerkUserID, toldAt told: UnixTime, messageID: String, at now: UnixTime
    ) async throws(DirectoryError) -> MessageEffect {
        let isKnown = try await isDeleted(locking: clerkUser)
        try await connection.rows(
            """
            INSERT INTO \(dialect.state("clerk_users")) AS known (clerk_user_id, updated_at_ms, deleted_at) VALUES ($1, $2, $3)
            ON CONFLICT (clerk_user_id) DO UPDATE SET deleted_at = COALESCE(known.deleted_at, EXCLUDED.deleted_at)
            """, [clerkUser.text, String(told.milliseconds), time(now)])
        try await revoke(clerkUser.text, at: now)
        // Whoever ends a Clerk user on purpose (`segue undo`) has said so before, and takes care of the row.
        if isKnown { return .revoked }
        guard let linked = try await user(linkedTo: clerkUser), let row = try await row(of: linked.id, users.byIDLocking),
            row.clerkUser == clerkUser
        else { return .revoked }
        let (action, effect) = try await end(row, clerkUser, at: now)
        try await append(
            LedgerEntry(action, user: row.id, clerkUser: clerkUser, rule: "user.deleted", requestID: messageID, time: now))
        try await announce(user: row.id, clerkUser: clerkUser)
        return effect
    }

    private func end(
        _ row: DirectoryUser, _ clerkUser: ClerkUserID, at now: UnixTime
    ) async throws(DirectoryError) -> (LedgerAction, MessageEffect) {
        switch settings.linking.afterDelete {
        // Where the id is Clerk's there is no link to take away.
        case .unlink where !users.isKeyedByClerk:
            try await clearColumns(row.id)
            try await clearRecords(row.id)
            return (.unlink, .unlinked(row.id))
        case .remove:
            // A row that was the application's before stays the application's.
            if try await wasProvisioned(row.id, clerkUser), try await remove(row.id) { return (.remove, .removed(row.id)) }
        case .deactivate, .unlink: break
        }
        try await deactivate(row.id, clerkUser, at: now)
        return (.deactivate, .deactivated(row.id))
    }

    private func wasProvisioned(_ user: UserID, _ clerkUser: ClerkUserID) async throws(DirectoryError) -> Bool {
        try await !connection.rows(
            "SELECT 1 FROM \(dialect.state("ledger")) WHERE clerk_user_id = $1 AND user_id = $2 AND action = 'provision' LIMIT 1",
            [clerkUser.text, user.text]
        ).isEmpty
    }

    /// `false`: rows of the application's point at it, and it stays.
    private func remove(_ user: UserID) async throws(DirectoryError) -> Bool {
        try await connection.rows("SAVEPOINT removal")
        do throws(DirectoryError) {
            try await clearRecords(user)
            try await connection.rows(
                "DELETE FROM \(users.name.quoted) WHERE \(users.id.quoted) = \(dialect.parameter(1, as: users.id.type))",
                [user.text])
            return true
        } catch .refused {
            try await connection.rows("ROLLBACK TO SAVEPOINT removal")
            return false
        }
    }

    /// The column that says so; where there is none, a tombstone beside the link.
    private func deactivate(_ user: UserID, _ clerkUser: ClerkUserID, at now: UnixTime) async throws(DirectoryError) {
        guard let active = users.active else {
            try await connection.rows(
                """
                INSERT INTO \(dialect.state("links")) (user_id, clerk_user_id, rule, linked_at, tombstoned_at)
                VALUES ($1, $2, 'found', $3, $3) ON CONFLICT (user_id) DO UPDATE SET tombstoned_at = EXCLUDED.tombstoned_at
                """, [user.text, clerkUser.text, time(now)])
            return
        }
        var changes = ["\(active.quoted) = \(dialect.parameter(2, as: active.type))"]
        var parameters: [String?] = [user.text, active.no(dialect)]
        try noteChange(at: now, &changes, &parameters)
        try await connection.rows(
            """
            UPDATE \(users.name.quoted) SET \(changes.joined(separator: ", "))
            WHERE \(users.id.quoted) = \(dialect.parameter(1, as: users.id.type))
            """, parameters)
    }
}

extension Column {
    /// Of a column that says whether a row is active.
    fileprivate func no(_ dialect: Dialect) -> String {
        switch type.kind {
        case .text: "inactive"
        case .integer: "0"
        case .boolean, .uuid, .time, .other: dialect == .sqlite ? "0" : "false"
        }
    }
}
