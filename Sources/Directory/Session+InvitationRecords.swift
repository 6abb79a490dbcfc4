import Authentication
import Identity
import Invitations
import Telemetry

// What `segue invite` reads before it sends.
extension Session {
    func invitationRecords(at now: UnixTime) async throws(DirectoryError) -> [InvitationRecord] {
        let times = ["sent_at", "failed_at", "opened_at", "accepted_at", "expires_at"].map { dialect.timeText($0) }
        return try await connection.rows(
            """
            SELECT user_id, kind, batch, failure, CASE WHEN expires_at <= $1 THEN 1 ELSE 0 END, \(times.joined(separator: ", ")),
            clerk_user_id, CASE WHEN accepted_at > $2 THEN 1 ELSE 0 END
            FROM \(dialect.state("invitations")) ORDER BY created_at, user_id
            """, [time(now), time(now.adding(seconds: -Limits.welcomeRestSeconds))]
        ).map { row in
            let (wentOut, isOver) = (row[5] != nil || row[7] != nil, row[4] == "1")
            let state: InvitationRecord.State =
                if row[8] != nil { .accepted } else if row[6] != nil { .failed } else if !wentOut { .begun } else if isOver {
                    .expired
                } else if row[7] != nil { .opened } else { row[3] != nil ? .unclear : .sent }
            return InvitationRecord(
                user: UserID(row[0] ?? ""), kind: InvitationKind(rawValue: row[1] ?? "") ?? .link,
                clerkUser: row[10].map { ClerkUserID($0) }, state: state, batch: row[2],
                sent: Self.rfc3339(row[5]), failed: Self.rfc3339(row[6]), failure: row[3], opened: Self.rfc3339(row[7]),
                accepted: Self.rfc3339(row[8]), isJustAccepted: row[11] == "1", expires: Self.rfc3339(row[9]) ?? "")
        }
    }

    /// `2026-11-22 00:00:00.000000`, as both databases give it.
    private static func rfc3339(_ text: String?) -> String? { text.map { "\($0.prefix(19))Z".replacing(" ", with: "T") } }

    /// Rows whose Clerk user Segue has made, and with which nobody was seen yet.
    func unseenCreated() async throws(DirectoryError) -> [UserID: ClerkUserID] {
        let rows = try await connection.rows(
            """
            SELECT l.user_id, l.clerk_user_id FROM \(dialect.state("links")) l
            WHERE l.first_session_at IS NULL AND l.tombstoned_at IS NULL AND EXISTS (
                SELECT 1 FROM \(dialect.state("ledger")) g WHERE g.clerk_user_id = l.clerk_user_id AND g.action = $1
            )
            """, [LedgerAction.createClerkUser.rawValue])
        var created: [UserID: ClerkUserID] = [:]
        for row in rows { if let user = row[0], let clerkUser = row[1] { created[UserID(user)] = ClerkUserID(clerkUser) } }
        return created
    }
}
