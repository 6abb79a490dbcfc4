import Authentication
import Telemetry

/// What became of saying that a Clerk user ends.
package enum EndNotice: Sendable, Hashable {
    /// It is known now.
    /// - isFirst: whether nobody had said so before.
    case given(isFirst: Bool)
    /// Something is against it by now, or it was undone before.
    case needless(UndoOutcome)
}

/// Between the last look and the deletion of a Clerk user, which no transaction spans.
extension Session {
    /// Before a Clerk user is deleted: the message of Clerk's about it finds that it is known, and leaves the row to us; nobody is
    /// linked to it any more; and no digest of its owner's is taken (`segue finalize`, which undoes nothing meanwhile either). So it is
    /// looked here, beside none of them, whether something is against it by now.
    func announceEnd(
        of clerkUser: ClerkUserID, _ row: LedgerRow, with others: [LedgerRow], at now: UnixTime
    ) async throws(DirectoryError) -> EndNotice {
        try await connection.transaction { () async throws(DirectoryError) in
            try await lockUndo()
            try await lock(clerkUser)
            if let outcome = try await mayUndo(row, with: others) { return .needless(outcome) }
            let announced = try await connection.rows(
                """
                INSERT INTO \(dialect.state("clerk_users")) AS known (clerk_user_id, updated_at_ms, deleted_at) VALUES ($1, 0, $2)
                ON CONFLICT (clerk_user_id) DO UPDATE SET deleted_at = EXCLUDED.deleted_at WHERE known.deleted_at IS NULL
                RETURNING 1
                """, [clerkUser.text, self.time(now)])
            return .given(isFirst: !announced.isEmpty)
        }
    }

    /// The Clerk user stays after all.
    func withdrawEnd(of clerkUser: ClerkUserID) async throws(DirectoryError) {
        try await connection.transaction { () async throws(DirectoryError) in
            try await lock(clerkUser)
            try await connection.rows(
                "UPDATE \(dialect.state("clerk_users")) SET deleted_at = NULL WHERE clerk_user_id = $1", [clerkUser.text])
        }
    }
}
