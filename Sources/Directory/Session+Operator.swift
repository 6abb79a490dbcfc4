import Authentication
import Identity
import Telemetry

// What a person settles: the queue of refused links, and links taken away.
extension Session {
    /// What waits, the latest first. Who has a link by now waits for nothing.
    func reviews(most count: Int) async throws(DirectoryError) -> [Review] {
        let (reviews, links) = (dialect.state("reviews"), dialect.state("links"))
        return try await connection.rows(
            """
            SELECT r.clerk_user_id, r.candidate, r.code, \(dialect.timeText("r.first_at")), \(dialect.timeText("r.last_at")), r.count
            FROM \(reviews) r
            WHERE NOT EXISTS (SELECT 1 FROM \(links) l WHERE l.clerk_user_id = r.clerk_user_id)
            ORDER BY r.last_at DESC, r.clerk_user_id, r.candidate, r.code LIMIT \(count)
            """
        ).map(Review.init)
    }

    /// Takes everything that waits for a Clerk user off the queue; returns how many rows that were.
    func dismiss(_ clerkUser: ClerkUserID, _ note: OperatorNote, at time: UnixTime) async throws(DirectoryError) -> Int {
        try await connection.transaction { () async throws(DirectoryError) in
            let rows = try await connection.rows(
                "DELETE FROM \(dialect.state("reviews")) WHERE clerk_user_id = $1 RETURNING code", [clerkUser.text])
            guard !rows.isEmpty else { return 0 }
            try await append(
                LedgerEntry(.dismiss, user: nil, clerkUser: clerkUser, rule: nil, requestID: nil, time: time, note: note))
            return rows.count
        }
    }

    /// One transaction: every place that holds the link, and the ledger, which keeps the rules from making it again.
    func unlink(_ user: UserID, _ note: OperatorNote, at time: UnixTime) async throws(DirectoryError) -> UnlinkOutcome {
        if users.isKeyedByClerk { return .idIsClerkUser }
        return try await connection.transaction { () async throws(DirectoryError) in
            guard let row = try await heldRow(of: user) else { return .noSuchUser }
            guard let clerkUser = row.clerkUser else { return .notLinked }
            if try await isLinkRequired() { return .linkRequired }
            try await clearColumns(row.id)
            try await clearRecords(row.id)
            try await append(
                LedgerEntry(.unlink, user: row.id, clerkUser: clerkUser, rule: nil, requestID: nil, time: time, note: note))
            try await announce(user: row.id, clerkUser: clerkUser)
            return .unlinked(clerkUser)
        }
    }

    /// The mapping table and `segue.links`.
    func clearRecords(_ user: UserID) async throws(DirectoryError) {
        if let mapping = users.mapping {
            try await connection.rows(
                """
                DELETE FROM \(mapping.name.quoted)
                WHERE \(mapping.userID.quoted) = \(dialect.parameter(1, as: mapping.userID.type))
                """, [user.text])
        }
        try await connection.rows("DELETE FROM \(dialect.state("links")) WHERE user_id = $1", [user.text])
    }

    func clearColumns(_ user: UserID) async throws(DirectoryError) {
        var changes: [String] = []
        if case .column(let column) = users.source { changes.append("\(column.quoted) = NULL") }
        if let column = users.migratedAt { changes.append("\(column.quoted) = NULL") }
        guard !changes.isEmpty else { return }
        try await connection.rows(
            """
            UPDATE \(users.name.quoted) SET \(changes.joined(separator: ", "))
            WHERE \(users.id.quoted) = \(dialect.parameter(1, as: users.id.type))
            """, [user.text])
    }

    /// Whether the last that the ledger says of the two is that an operator took their link away, be it by undoing it.
    func wasUnlinked(_ user: UserID, _ clerkUser: ClerkUserID) async throws(DirectoryError) -> Bool {
        let last = try await connection.rows(
            """
            SELECT action, rule FROM \(dialect.state("ledger")) WHERE clerk_user_id = $1 AND user_id = $2
            AND (action IN ('link', 'provision', 'unlink') OR action = 'undo' AND rule IN ('link', 'provision', 'unlink'))
            ORDER BY id DESC LIMIT 1
            """, [clerkUser.text, user.text]
        ).first
        guard last?[0] == LedgerAction.undo.rawValue else { return last?[0] == LedgerAction.unlink.rawValue }
        return last?[1] != LedgerAction.unlink.rawValue
    }
}

extension Review {
    fileprivate init(_ row: [String?]) {
        self.init(
            clerkUser: ClerkUserID(row[0] ?? ""), candidate: row[1].flatMap { $0.isEmpty ? nil : UserID($0) }, code: row[2] ?? "",
            first: row[3] ?? "", last: row[4] ?? "", count: Int(row[5] ?? "") ?? 0)
    }
}
