import Authentication
import Identity
import Telemetry

extension Session {
    /// The first successful Clerk session of a linked user. A link that Segue did not make gets its record here.
    func recordFirstSession(of user: UserID, clerkUser: ClerkUserID, at time: UnixTime) async throws(DirectoryError) {
        let noted = try await connection.rows(
            "SELECT 1 FROM \(dialect.state("links")) WHERE user_id = $1 AND (first_session_at IS NOT NULL OR clerk_user_id <> $2)",
            [user.text, clerkUser.text])
        guard noted.isEmpty else { return }
        let links = dialect.state("links")
        do throws(DirectoryError) {
            try await connection.transaction { () async throws(DirectoryError) in
                // Who was let in by a link that was taken away meanwhile does not get it back by this. An id of Clerk's stays the
                // row's, and there our role may have no right to hold it.
                if !users.isKeyedByClerk { guard try await heldRow(of: user)?.clerkUser == clerkUser else { return } }
                try await connection.rows(
                    """
                    INSERT INTO \(links) AS known (user_id, clerk_user_id, rule, linked_at, first_session_at) VALUES ($1, $2, 'found', $3, $3)
                    ON CONFLICT (user_id) DO UPDATE SET first_session_at = EXCLUDED.first_session_at
                    WHERE known.first_session_at IS NULL AND known.clerk_user_id = EXCLUDED.clerk_user_id
                    """, [user.text, clerkUser.text, self.time(time)])
            }
        } catch .conflict {
            // The Clerk user is noted with another row: reconciling those is a person's work, not this note's.
        }
    }

    /// One row for each Clerk user, candidate and code: how often, first and last.
    func recordReview(clerkUser: ClerkUserID, candidate: UserID?, code: String, at time: UnixTime) async throws(DirectoryError) {
        try await connection.rows(
            """
            INSERT INTO \(dialect.state("reviews")) AS known (clerk_user_id, candidate, code, first_at, last_at, count)
            VALUES ($1, $2, $3, $4, $4, 1)
            ON CONFLICT (clerk_user_id, candidate, code) DO UPDATE SET last_at = EXCLUDED.last_at, count = known.count + 1
            """, [clerkUser.text, candidate?.text ?? "", code, self.time(time)])
    }
}
