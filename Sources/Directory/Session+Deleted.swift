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
        // Whoever ends a Clerk user on purpose (`segue undo`) has said so before, and takes care of the row.
        if isKnown { return .revoked }
        guard let linked = try await user(linkedTo: clerkUser), let row = try await heldRow(of: linked.id),
            row.clerkUser == clerkUser
        else { return .revoked }
        let (action, effect) = try await end(row, clerkUser, at: now)
        try await append(
            LedgerEntry(action, user: row.id, clerkUser: clerkUser, rule: "user.deleted", requestID: messageID, time: now))
        try await announce(user: row.id, clerkUser: clerkUser)
        return effect
    }

    /// What the application's table does not take is done in the next weaker way: the event would be refused each time it comes.
    private func end(
        _ row: DirectoryUser, _ clerkUser: ClerkUserID, at now: UnixTime
    ) async throws(DirectoryError) -> (LedgerAction, MessageEffect) {
        switch settings.linking.afterDelete {
        // Where the id is Clerk's there is no link to take away.
        case .unlink where !users.isKeyedByClerk:
            let isDone = try await isTaken { () async throws(DirectoryError) in
                try await clearColumns(row.id)
                try await clearRecords(row.id)
            }
            if isDone { return (.unlink, .unlinked(row.id)) }
        case .remove:
            // A row that was the application's before stays the application's.
            if try await wasProvisioned(row.id, clerkUser), try await remove(row.id) { return (.remove, .removed(row.id)) }
        case .deactivate, .unlink: break
        }
        try await deactivate(row.id, clerkUser, at: now)
        return (.deactivate, .deactivated(row.id))
    }

    /// `false`: the database refuses it for this very row.
    private func isTaken(_ change: () async throws(DirectoryError) -> Void) async throws(DirectoryError) -> Bool {
        let taken = try await connection.attempt(change)
        do throws(DirectoryError) { try taken.get() } catch {
            guard error.ofRow != nil else { throw error }
            return false
        }
        return true
    }

    private func wasProvisioned(_ user: UserID, _ clerkUser: ClerkUserID) async throws(DirectoryError) -> Bool {
        try await !connection.rows(
            "SELECT 1 FROM \(dialect.state("ledger")) WHERE clerk_user_id = $1 AND user_id = $2 AND action = 'provision' LIMIT 1",
            [clerkUser.text, user.text]
        ).isEmpty
    }

    /// `false`: rows of the application's point at it, or may, and it stays. The database is not asked to say so: it may have been told
    /// to delete them with it.
    private func remove(_ user: UserID) async throws(DirectoryError) -> Bool {
        let referrer = try await connection.attempt { () async throws(DirectoryError) in try await self.referrer(to: user) }
        // A table that our role may not read may point at it too.
        guard case .success(nil) = referrer else { return false }
        return try await isTaken { () async throws(DirectoryError) in
            try await clearRecords(user)
            try await connection.rows(
                "DELETE FROM \(users.name.quoted) WHERE \(users.id.quoted) = \(dialect.parameter(1, as: users.id.type))",
                [user.text])
        }
    }

    /// The column that says so; where there is none, or the table does not take it, a tombstone beside the link.
    private func deactivate(_ user: UserID, _ clerkUser: ClerkUserID, at now: UnixTime) async throws(DirectoryError) {
        if let active = users.active {
            let isDone = try await isTaken { () async throws(DirectoryError) in try await write(active, of: user, at: now) }
            if isDone { return }
        }
        try await bury(user, clerkUser, at: now)
    }

    /// A record of this Clerk user's beside another row contradicts the row that is theirs, and they are gone: it becomes the tombstone.
    private func bury(_ user: UserID, _ clerkUser: ClerkUserID, at now: UnixTime) async throws(DirectoryError) {
        let links = dialect.state("links")
        for (change, subject) in [
            ("tombstoned_at = $2", "user_id = $1"), ("tombstoned_at = $2, user_id = $1", "clerk_user_id = $3"),
        ] {
            let parameters = [user.text, time(now)] + (subject.hasSuffix("$3") ? [clerkUser.text] : [])
            let found = try await connection.rows("UPDATE \(links) SET \(change) WHERE \(subject) RETURNING 1", parameters)
            if !found.isEmpty { return }
        }
        try await connection.rows(
            "INSERT INTO \(links) (user_id, clerk_user_id, rule, linked_at, tombstoned_at) VALUES ($1, $2, 'found', $3, $3)",
            [user.text, clerkUser.text, time(now)])
    }

    private func write(_ active: Column, of user: UserID, at now: UnixTime) async throws(DirectoryError) {
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
