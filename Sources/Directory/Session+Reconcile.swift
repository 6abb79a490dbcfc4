package import Authentication

/// A link as the directory has it, with what else it says of the two.
package struct LinkedPair: Sendable, Hashable {
    package let user: UserID
    package let clerkUser: ClerkUserID
    /// What `segue.links` says, where that is another one.
    package let recorded: ClerkUserID?
    /// Whether the ledger says that Segue created the Clerk user for this row.
    package let isOurs: Bool

    package init(user: UserID, clerkUser: ClerkUserID, recorded: ClerkUserID?, isOurs: Bool) {
        (self.user, self.clerkUser, self.recorded, self.isOurs) = (user, clerkUser, recorded, isOurs)
    }
}

/// A Clerk user whom Segue created.
package struct CreatedUser: Sendable, Hashable {
    package let entry: Int64
    package let user: UserID?
    package let clerkUser: ClerkUserID

    package init(entry: Int64, user: UserID?, clerkUser: ClerkUserID) {
        (self.entry, self.user, self.clerkUser) = (entry, user, clerkUser)
    }
}

// What is held against Clerk. Everything is read page by page, and nothing written.
extension Session {
    /// The links of all who are active, in the order of the rows, until `page` says that it wants no more. Who is inactive is refused, and a
    /// link that goes would let them in again.
    func linkedPairs(_ page: ([LinkedPair]) async -> Bool) async throws(DirectoryError) {
        let (id, clerkUser) = (users.columns[0], users.columns[5])
        let ledger = dialect.state("ledger")
        var last: String?
        while true {
            let after = last == nil ? "" : " AND u.\(users.id.quoted) > \(dialect.parameter(1, as: users.id.type))"
            let rows = try await slowRows(
                """
                SELECT \(id), \(clerkUser), CASE WHEN l.clerk_user_id <> \(clerkUser) THEN l.clerk_user_id END,
                  CASE WHEN EXISTS (SELECT 1 FROM \(ledger) c WHERE c.clerk_user_id = \(clerkUser)
                    AND c.action = 'create_clerk_user' AND c.user_id = \(id)) THEN 1 ELSE 0 END
                FROM \(users.name.quoted) u\(users.joins) WHERE \(clerkUser) IS NOT NULL AND \(users.columns[4]) = 1\(after)
                ORDER BY u.\(users.id.quoted) LIMIT \(Limits.ledgerPage)
                """, last.map { [$0] } ?? [])
            let pairs = rows.map { row in
                LinkedPair(
                    user: UserID(row[0] ?? ""), clerkUser: ClerkUserID(row[1] ?? ""), recorded: row[2].map { ClerkUserID($0) },
                    isOurs: row[3] == "1")
            }
            // A page without a new row would be read for ever.
            guard let next = pairs.last?.user.text, next != last else { return }
            last = next
            guard await page(pairs) else { return }
        }
    }

    /// Clerk users that more than one row is linked to, each with its rows.
    func sharedClerkUsers() async throws(DirectoryError) -> [(clerkUser: ClerkUserID, users: [UserID])] {
        let (id, clerkUser) = (users.columns[0], users.columns[5])
        let linked = "SELECT DISTINCT \(id) AS id, \(clerkUser) AS c FROM \(users.name.quoted) u\(users.joins)"
        let rows = try await slowRows(
            """
            SELECT a.c, a.id FROM (\(linked)) a
            WHERE a.c IN (SELECT b.c FROM (\(linked)) b WHERE b.c IS NOT NULL GROUP BY b.c HAVING count(*) > 1) ORDER BY 1, 2
            """)
        var shared: [(clerkUser: ClerkUserID, users: [UserID])] = []
        for row in rows {
            let clerkUser = ClerkUserID(row[0] ?? "")
            if shared.last?.clerkUser != clerkUser { shared.append((clerkUser, [])) }
            shared[shared.count - 1].users.append(UserID(row[1] ?? ""))
        }
        return shared
    }

    /// Clerk users whom Segue created, of whom `segue.links` says nothing and whose creation was not undone.
    func createdUnrecorded() async throws(DirectoryError) -> [CreatedUser] {
        let undone = try await slowRows("SELECT detail FROM \(dialect.state("ledger")) WHERE action = 'undo'")
        let ids = Set(undone.compactMap { $0[0].flatMap(LedgerRow.undoneEntry) })
        return try await slowRows(
            """
            SELECT c.id, c.user_id, c.clerk_user_id FROM \(dialect.state("ledger")) c
            WHERE c.action = 'create_clerk_user' AND c.clerk_user_id IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM \(dialect.state("links")) l WHERE l.clerk_user_id = c.clerk_user_id) ORDER BY c.id
            """
        ).compactMap { row in
            guard let id = row[0].flatMap({ Int64($0) }), !ids.contains(id) else { return nil }
            return CreatedUser(entry: id, user: row[1].map { UserID($0) }, clerkUser: ClerkUserID(row[2] ?? ""))
        }
    }
}
