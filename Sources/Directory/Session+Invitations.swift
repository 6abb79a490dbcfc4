import Authentication
import Identity
import Invitations
import Settings
import Telemetry

// Who was asked to come along. A row is one user's: a new invitation takes the place of the one before, whose token dies with it.
extension Session {
    private var invitations: String { dialect.state("invitations") }

    /// Whom a welcome lets in has signed in since by themselves: it is no way in any more.
    private var isNeedless: String {
        """
        (kind = 'welcome' AND EXISTS (SELECT 1 FROM \(dialect.state("links")) l
        WHERE l.clerk_user_id = \(invitations).clerk_user_id AND l.first_session_at IS NOT NULL))
        """
    }

    func addressee(_ id: UserID) async throws(DirectoryError) -> Addressee? {
        guard let row = try await user(id) else { return nil }
        let names = settings.users
        guard let column = try users.catalogue.optional(names.firstName ?? names.name) else {
            return Addressee(row: row, name: nil)
        }
        let values = try await connection.rows(
            """
            SELECT \(dialect.text(column.quoted)) FROM \(users.name.quoted)
            WHERE \(users.id.quoted) = \(dialect.parameter(1, as: users.id.type))
            """, [row.id.text])
        return Addressee(row: row, name: values.first?.first ?? nil)
    }

    /// One statement decides: of two processes that invite one user at once, one has a row returned.
    func begin(_ invitation: NewInvitation, _ turn: InvitationTurn) async throws(DirectoryError) -> InvitationStart {
        let given: [String?] = [
            invitation.user.text, invitation.kind.rawValue, invitation.token?.text, invitation.address.text,
            invitation.clerkUser?.text, invitation.batch, time(invitation.created), time(invitation.expires),
        ]
        switch turn {
        case .run(let began, let resends):
            guard try await isMeantStill(invitation) else { return .notOurTurn }
            let unheard = time(invitation.created.adding(seconds: -Limits.mailSeconds))
            let lately = time(invitation.created.adding(seconds: -Limits.welcomeRestSeconds))
            let isOurs = try await put(
                given + [time(began), unheard] + (resends ? [lately] : []), where: Self.isTurn(resends: resends))
            return isOurs ? .begun : .notOurTurn
        case .asked(let perHour):
            let (now, pause) = (invitation.created.milliseconds, Int64(3_600_000 / max(1, perHour)))
            let last = now + Int64(perHour - 1) * pause
            let isAllowed = try await put(
                given + [now, pause, last].map { String($0) }, asks: ("CAST($9 AS bigint)", "CAST($10 AS bigint)"),
                where: "COALESCE(i.asks_until_ms, 0) <= CAST($11 AS bigint)")
            if isAllowed { return .begun }
            let until = try await connection.rows("SELECT asks_until_ms FROM \(invitations) WHERE user_id = $1", [given[0]])
            let milliseconds = (Int64(until.first?.first.flatMap(\.self) ?? "") ?? last) - last
            return .tooOften(retryAfterSeconds: Int(max(1, (milliseconds + 999) / 1_000)))
        }
    }

    /// - Parameter asks: where the user asks: the time, and what each asking adds to the time until which they have used up what they may.
    private func put(
        _ values: [String?], asks: (now: String, pause: String)? = nil, where condition: String
    ) async throws(DirectoryError) -> Bool {
        let until = asks.map { "CASE WHEN i.asks_until_ms > \($0.now) THEN i.asks_until_ms ELSE \($0.now) END + \($0.pause)" }
        let rows = try await connection.rows(
            """
            INSERT INTO \(invitations) AS i
            (user_id, kind, token_digest, address_digest, clerk_user_id, batch, created_at, expires_at, asks_until_ms)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, \(asks.map { "\($0.now) + \($0.pause)" } ?? "NULL"))
            ON CONFLICT (user_id) DO UPDATE SET kind = EXCLUDED.kind, token_digest = EXCLUDED.token_digest,
            address_digest = EXCLUDED.address_digest, clerk_user_id = EXCLUDED.clerk_user_id, batch = EXCLUDED.batch,
            created_at = EXCLUDED.created_at, expires_at = EXCLUDED.expires_at, sent_at = NULL, failed_at = NULL, failure = NULL,
            opened_at = NULL, accepted_at = NULL, asks_until_ms = \(until ?? "i.asks_until_ms") WHERE \(condition)
            RETURNING user_id
            """, values)
        return !rows.isEmpty
    }

    /// Of the invitation that is there (`i`): it was made before the run began ($9), and is over, or is sent anew.
    private static func isTurn(resends: Bool) -> String {
        // Whoever opens it shows that the mail went out, though a process that was killed noted nothing of it.
        let wentOut = "(COALESCE(i.sent_at, i.opened_at, i.accepted_at) IS NOT NULL)"
        // Another kind than before: they were created in Clerk since, or taken back. By mail or by Clerk is one kind. One of which
        // nothing was heard for long ($10) was a process's that is no more.
        let isOver =
            """
            i.failed_at IS NOT NULL OR (i.kind = 'welcome') <> (EXCLUDED.kind = 'welcome')
            OR (i.kind = 'link' AND i.accepted_at IS NOT NULL) OR (NOT \(wentOut) AND i.created_at < $10)
            """
        // A welcome that has just ($11) let somebody in: they may be on the way.
        let isUnspent =
            "(i.accepted_at IS NULL OR i.kind <> 'welcome' OR i.clerk_user_id <> EXCLUDED.clerk_user_id OR i.accepted_at < $11)"
        return "i.created_at < $9 AND (\(isOver)\(resends ? " OR (\(wentOut) AND \(isUnspent))" : ""))"
    }

    /// A run takes hours: who has been linked, or has another address by now, is not written to as if nothing had happened.
    private func isMeantStill(_ invitation: NewInvitation) async throws(DirectoryError) -> Bool {
        guard let row = try await user(invitation.user), row.isActive, row.clerkUser == invitation.clerkUser,
            let email = row.email, InvitationDigest(ofAddress: email) == invitation.address
        else { return false }
        guard let clerkUser = invitation.clerkUser else { return true }
        return try await connection.rows(
            "SELECT 1 FROM \(dialect.state("links")) WHERE clerk_user_id = $1 AND first_session_at IS NOT NULL", [clerkUser.text]
        ).isEmpty
    }

    func note(_ outcome: MailOutcome, of invitation: NewInvitation, at time: UnixTime) async throws(DirectoryError) {
        let change: String
        var values: [String?] = [invitation.user.text, invitation.token?.text, self.time(invitation.created), self.time(time)]
        switch outcome {
        case .sent: change = "sent_at = $4"
        case .failed(let reason):
            change = "failed_at = $4, failure = $5"
            values.append(reason)
        case .unclear(let reason):
            change = "sent_at = $4, failure = $5"
            values.append(reason)
        }
        // One of Clerk's has no token, and is known by its time.
        let isThis = invitation.token == nil ? "token_digest IS NULL AND CAST($2 AS text) IS NULL" : "token_digest = $2"
        try await connection.rows(
            "UPDATE \(invitations) SET \(change) WHERE user_id = $1 AND created_at = $3 AND \(isThis)", values)
    }

    func invitation(
        _ token: InvitationDigest, isOpened: Bool, at now: UnixTime
    ) async throws(DirectoryError) -> Invitation? {
        let columns =
            """
            user_id, kind, address_digest, clerk_user_id, CASE WHEN expires_at <= $2 THEN 1 ELSE 0 END,
            CASE WHEN accepted_at IS NOT NULL OR \(isNeedless) THEN 1 ELSE 0 END
            """
        let question =
            isOpened
            ? "UPDATE \(invitations) SET opened_at = COALESCE(opened_at, $2) WHERE token_digest = $1 RETURNING \(columns)"
            : "SELECT \(columns) FROM \(invitations) WHERE token_digest = $1"
        guard let row = try await connection.rows(question, [token.text, time(now)]).first,
            let kind = InvitationKind(rawValue: row[1] ?? "")
        else { return nil }
        return Invitation(
            user: UserID(row[0] ?? ""), kind: kind, address: InvitationDigest(stored: row[2] ?? ""),
            clerkUser: row[3].map { ClerkUserID($0) }, isExpired: row[4] == "1", isUsed: row[5] == "1")
    }

    /// One transaction: whoever comes second finds the invitation used.
    func accept(_ token: InvitationDigest, _ link: NewLink) async throws(DirectoryError) -> LinkOutcome {
        try await connection.transaction { () async throws(DirectoryError) in
            let good = try await connection.rows(
                """
                SELECT 1 FROM \(invitations) WHERE token_digest = $1 AND user_id = $2 AND kind = 'link' AND accepted_at IS NULL
                AND expires_at > $3\(dialect == .postgres ? " FOR UPDATE" : "")
                """, [token.text, link.user.text, time(link.time)])
            guard !good.isEmpty else { return .changed }
            let outcome = try await make(link)
            if case .linked = outcome {
                try await connection.rows(
                    "UPDATE \(invitations) SET accepted_at = $2, clerk_user_id = $3 WHERE token_digest = $1",
                    [token.text, time(link.time), link.clerkUser.text])
            }
            return outcome
        }
    }

    func redeem(_ token: InvitationDigest, at now: UnixTime) async throws(DirectoryError) -> ClerkUserID? {
        let rows = try await connection.rows(
            """
            UPDATE \(invitations) SET accepted_at = $2
            WHERE token_digest = $1 AND kind = 'welcome' AND accepted_at IS NULL AND expires_at > $2 AND NOT \(isNeedless)
            RETURNING clerk_user_id
            """, [token.text, time(now)])
        return (rows.first?.first ?? nil).map { ClerkUserID($0) }
    }

    func giveBack(_ token: InvitationDigest) async throws(DirectoryError) {
        try await connection.rows(
            "UPDATE \(invitations) SET accepted_at = NULL WHERE token_digest = $1 AND kind = 'welcome'", [token.text])
    }
}
