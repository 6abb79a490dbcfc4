import Authentication
import Identity
import Migration
import Telemetry

/// What Clerk's webhooks tell, taken one message at a time.
extension Session {
    func standing(of message: ClerkMessage) async throws(DirectoryError) -> MessageStanding {
        let (messages, known) = (dialect.state("clerk_messages"), dialect.state("clerk_users"))
        if try await !connection.rows("SELECT 1 FROM \(messages) WHERE id = $1", [message.id]).isEmpty { return .duplicate }
        guard case .user(let user) = message.event else { return .new }
        let newer = try await connection.rows(
            "SELECT 1 FROM \(known) WHERE clerk_user_id = $1 AND (deleted_at IS NOT NULL OR updated_at_ms > $2)",
            [user.id.text, String(user.updated.milliseconds)])
        return newer.isEmpty ? .new : .outdated
    }

    /// Before anything else, and committed by itself: whatever becomes of the row, nobody who was signed out goes on. Returns whether
    /// tokens are good no longer.
    func revokeFirst(_ message: ClerkMessage, at now: UnixTime) async throws(DirectoryError) -> Bool {
        guard let subject = message.endsTokensOf, try await standing(of: message) == .new else { return false }
        try await revoke(subject, at: now)
        return true
    }

    /// One transaction: the message is noted with all that it does. Of two deliveries at once the second waits for the first.
    func take(_ message: ClerkMessage, at now: UnixTime) async throws(DirectoryError) -> MessageEffect {
        try await connection.transaction { () async throws(DirectoryError) in
            let noted = try await connection.rows(
                "INSERT INTO \(dialect.state("clerk_messages")) (id, received_at) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING RETURNING id",
                [message.id, time(now)])
            guard !noted.isEmpty else { return .duplicate }
            switch message.event {
            case .user(let user): return try await adopt(user, at: now)
            case .userDeleted(let user): return try await bury(user, toldAt: message.time ?? now, messageID: message.id, at: now)
            case .sessionOver: return .revoked
            case .other: return .nothing
            }
        }
    }

    /// Of which state of a Clerk user a link or a new row was made: what tells of an older one comes too late.
    func note(_ clerkUser: ClerkUserID, updated: UnixTime?) async throws(DirectoryError) {
        guard let updated else { return }
        try await connection.rows(
            """
            INSERT INTO \(dialect.state("clerk_users")) AS known (clerk_user_id, updated_at_ms) VALUES ($1, $2)
            ON CONFLICT (clerk_user_id) DO UPDATE SET updated_at_ms = EXCLUDED.updated_at_ms
            WHERE known.updated_at_ms < EXCLUDED.updated_at_ms
            """, [clerkUser.text, String(updated.milliseconds)])
    }

    func isTold(of clerkUser: ClerkUserID) async throws(DirectoryError) -> Bool {
        try await !connection.rows(
            "SELECT 1 FROM \(dialect.state("clerk_users")) WHERE clerk_user_id = $1", [clerkUser.text]
        ).isEmpty
    }

    /// A newer state of a user, and the columns that follow it.
    private func adopt(_ user: ToldUser, at now: UnixTime) async throws(DirectoryError) -> MessageEffect {
        try await lock(user.id)
        // Messages come in any order: only a state that is no older than the one known counts, and none of somebody who is gone.
        let adopted = try await connection.rows(
            """
            INSERT INTO \(dialect.state("clerk_users")) AS known (clerk_user_id, updated_at_ms) VALUES ($1, $2)
            ON CONFLICT (clerk_user_id) DO UPDATE SET updated_at_ms = EXCLUDED.updated_at_ms
            WHERE known.deleted_at IS NULL AND known.updated_at_ms <= EXCLUDED.updated_at_ms RETURNING clerk_user_id
            """, [user.id.text, String(user.updated.milliseconds)])
        guard !adopted.isEmpty else { return .outdated }
        let effect = try await sync(user, at: now)
        return effect == .nothing && user.isBanned ? .revoked : effect
    }

    // MARK: Revocations

    /// Whose tokens are refused though they have not ended, and until when.
    func revocations(at now: UnixTime) async throws(DirectoryError) -> [Revocation] {
        try await connection.rows(
            "SELECT subject, until_ms FROM \(dialect.state("revocations")) WHERE until_ms > $1", [String(now.milliseconds)]
        ).map { Revocation($0[0] ?? "", until: UnixTime(milliseconds: Int64($0[1] ?? "") ?? 0)) }
    }

    func revoke(_ subject: String, at now: UnixTime) async throws(DirectoryError) {
        try await connection.rows(
            """
            INSERT INTO \(dialect.state("revocations")) (subject, until_ms) VALUES ($1, $2)
            ON CONFLICT (subject) DO UPDATE SET until_ms = EXCLUDED.until_ms
            """, [subject, String(now.adding(seconds: Limits.revocationSeconds).milliseconds)])
        guard dialect == .postgres else { return }
        try await connection.rows("SELECT pg_notify('\(DirectoryChange.channel)', $1)", [DirectoryChange.revocations.message])
    }

    func pruneMessages(at now: UnixTime) async throws(DirectoryError) {
        let first = now.adding(seconds: -Int64(Limits.messageDays) * 86_400)
        try await connection.rows("DELETE FROM \(dialect.state("clerk_messages")) WHERE received_at < $1", [time(first)])
        try await connection.rows("DELETE FROM \(dialect.state("revocations")) WHERE until_ms <= $1", [String(now.milliseconds)])
        let firstDay = TrafficRow.day(of: now.adding(seconds: -Limits.trafficDays * 86_400))
        try await connection.rows("DELETE FROM \(dialect.state("traffic")) WHERE day < $1", [firstDay])
        let firstUpgrade = now.adding(seconds: -Limits.upgradeDays * 86_400)
        try await connection.rows("DELETE FROM \(dialect.state("upgrades")) WHERE at < $1", [time(firstUpgrade)])
    }

    // MARK: Who is gone

    /// For a transaction that makes a link, or a message that ends it: they follow each other.
    func isDeleted(locking clerkUser: ClerkUserID) async throws(DirectoryError) -> Bool {
        try await lock(clerkUser)
        return try await isDeleted(clerkUser)
    }

    /// Whether Clerk has told that the user is gone.
    func isDeleted(_ clerkUser: ClerkUserID) async throws(DirectoryError) -> Bool {
        try await !connection.rows(
            "SELECT 1 FROM \(dialect.state("clerk_users")) WHERE clerk_user_id = $1 AND deleted_at IS NOT NULL", [clerkUser.text]
        ).isEmpty
    }

    /// SQLite's transactions follow each other anyway.
    func lock(_ clerkUser: ClerkUserID) async throws(DirectoryError) {
        guard dialect == .postgres else { return }
        try await connection.rows(
            "SELECT pg_advisory_xact_lock(hashtext('segue.clerk'), hashtext($1))", [clerkUser.text])
    }
}

extension ClerkMessage {
    /// A session, or a user with all of theirs.
    fileprivate var endsTokensOf: String? {
        switch event {
        // Clerk makes no more tokens for somebody who is banned.
        case .user(let user): user.isBanned ? user.id.text : nil
        case .userDeleted(let user): user.text
        case .sessionOver(let session): session.text
        case .other: nil
        }
    }
}
