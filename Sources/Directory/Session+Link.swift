import Authentication
import Identity
import Telemetry

extension Session {
    /// One transaction: lock the row, look again at everything that the proof was made on, write every place that
    /// holds the link. A race for a unique value runs it again, and then it reads what the other wrote.
    func link(_ link: NewLink) async throws(DirectoryError) -> LinkOutcome {
        try await connection.transaction { () async throws(DirectoryError) in try await make(link) }
    }

    /// The same as a part of a transaction.
    func make(_ link: NewLink) async throws(DirectoryError) -> LinkOutcome {
        if try await isDeleted(locking: link.clerkUser) { return .deleted }
        let findings = try await findings(for: link)
        if let outcome = link.outcome(on: findings) { return outcome }
        if link.note == nil, try await wasUnlinked(link.user, link.clerkUser) { return .unlinked }
        try await write(link, findings)
        try await note(link.clerkUser, updated: link.clerkUserUpdated)
        try await append(
            LedgerEntry(
                .link, user: link.user, clerkUser: link.clerkUser, rule: link.rule, requestID: link.requestID, time: link.time,
                note: link.note, batch: link.batch))
        guard let linked = try await user(link.user) else { return .changed }
        return .linked(linked)
    }

    /// Every place that holds the link; the ledger is the caller's to write.
    func write(_ link: NewLink, _ findings: LinkFindings) async throws(DirectoryError) {
        try await writeColumns(link)
        try await record(link.user, link.clerkUser, rule: link.rule, requestID: link.requestID, at: link.time, known: findings)
        try await announce(user: link.user, clerkUser: link.clerkUser)
    }

    /// What `link` would come to; `nil`: it would be made. Nothing is locked, and nothing written.
    func foresee(_ link: NewLink) async throws(DirectoryError) -> LinkOutcome? {
        if try await isDeleted(link.clerkUser) { return .deleted }
        if let outcome = link.outcome(on: try await findings(for: link, isRehearsal: true)) { return outcome }
        guard link.note == nil, try await wasUnlinked(link.user, link.clerkUser) else { return nil }
        return .unlinked
    }

    func findings(for link: NewLink, isRehearsal: Bool = false) async throws(DirectoryError) -> LinkFindings {
        var findings = LinkFindings()
        findings.row = try await row(of: link.user, isRehearsal ? users.byID : users.byIDLocking)
        guard let row = findings.row else {
            findings.linkedRow = try await user(linkedTo: link.clerkUser)
            return findings
        }
        if link.needsSoleEmail, let email = row.email { findings.emailRows = try await users(withEmail: email) }
        // Each statement sees what was committed before it. The records come first and the linked row last: a link that
        // another transaction commits between them is then an existing one, and no contradiction.
        findings.links = try await links(of: row.id, link.clerkUser)
        try await dropStale(&findings.links, of: link.clerkUser, isRehearsal: isRehearsal)
        if let mapping = users.mapping { findings.mappings = try await mappings(of: row.id, link.clerkUser, in: mapping) }
        findings.linkedRow = try await user(linkedTo: link.clerkUser)
        return findings
    }

    func links(of user: UserID?, _ clerkUser: ClerkUserID) async throws(DirectoryError) -> [LinkRecord] {
        try await connection.rows(
            """
            SELECT user_id, clerk_user_id, CASE WHEN tombstoned_at IS NULL THEN 0 ELSE 1 END FROM \(dialect.state("links"))
            WHERE user_id = $1 OR clerk_user_id = $2
            """, [user?.text, clerkUser.text]
        ).map(LinkRecord.init)
    }

    private func mappings(
        of user: UserID, _ clerkUser: ClerkUserID, in mapping: MappingTable
    ) async throws(DirectoryError) -> [LinkRecord] {
        let (userID, clerkID) = (mapping.userID, mapping.clerkUserID)
        return try await connection.rows(
            """
            SELECT \(dialect.text(userID.quoted)), \(dialect.text(clerkID.quoted)), 0 FROM \(mapping.name.quoted)
            WHERE \(userID.quoted) = \(dialect.parameter(1, as: userID.type)) OR \(clerkID.quoted) = \(dialect.parameter(2, as: clerkID.type))
            """, [user.text, clerkUser.text]
        ).map(LinkRecord.init)
    }

    /// The application has deleted a row that was linked: what we noted about it speaks for nobody any more. The ledger
    /// keeps the story.
    func dropStale(
        _ links: inout [LinkRecord], of clerkUser: ClerkUserID, isRehearsal: Bool = false
    ) async throws(DirectoryError) {
        for link in links where link.clerkUser == clerkUser && !link.isTombstoned {
            guard try await user(link.user) == nil else { continue }
            defer { links.removeAll { $0 == link } }
            if isRehearsal { continue }
            try await connection.rows(
                "DELETE FROM \(dialect.state("links")) WHERE user_id = $1 AND clerk_user_id = $2",
                [link.user.text, clerkUser.text])
        }
    }

    /// The column of the users table, and `migrated_at` unless it has been set before.
    private func writeColumns(_ link: NewLink) async throws(DirectoryError) {
        var changes: [String] = []
        var values: [String?] = [link.user.text]
        if case .column(let column) = users.source, !users.isKeyedByClerk {
            values.append(link.clerkUser.text)
            changes.append("\(column.quoted) = \(dialect.parameter(values.count, as: column.type))")
        }
        if let column = users.migratedAt {
            values.append(time(link.time))
            changes.append("\(column.quoted) = COALESCE(\(column.quoted), \(dialect.parameter(values.count, as: column.type)))")
        }
        guard !changes.isEmpty else { return }
        try await connection.rows(
            """
            UPDATE \(users.name.quoted) SET \(changes.joined(separator: ", "))
            WHERE \(users.id.quoted) = \(dialect.parameter(1, as: users.id.type))
            """, values)
    }

    /// The mapping table and `segue.links`, where they do not say so already. What contradicts them is a unique
    /// violation, and the transaction runs again.
    func record(
        _ user: UserID, _ clerkUser: ClerkUserID, rule: String, requestID: String, at time: UnixTime,
        known findings: LinkFindings = LinkFindings()
    ) async throws(DirectoryError) {
        let time = self.time(time)
        if let mapping = users.mapping, findings.mappings.isEmpty {
            var row: [(column: Column, value: String)] = [
                (mapping.userID, user.text), (mapping.clerkUserID, clerkUser.text),
            ]
            if let createdAt = mapping.createdAt { row.append((createdAt, time)) }
            try await connection.rows(
                """
                INSERT INTO \(mapping.name.quoted) (\(row.map(\.column.quoted).joined(separator: ", ")))
                VALUES (\(row.indices.map { dialect.parameter($0 + 1, as: row[$0].column.type) }.joined(separator: ", ")))
                """, row.map(\.value))
        }
        guard findings.links.isEmpty else { return }
        try await connection.rows(
            "INSERT INTO \(dialect.state("links")) (user_id, clerk_user_id, rule, request_id, linked_at) VALUES ($1, $2, $3, $4, $5)",
            [user.text, clerkUser.text, rule, requestID, time])
    }

    /// Tells every replica, at the commit. SQLite has one process, which tells itself.
    func announce(user: UserID, clerkUser: ClerkUserID) async throws(DirectoryError) {
        guard dialect == .postgres else { return }
        let messages = [DirectoryChange.user(user), .clerkUser(clerkUser)].map(\.message)
        try await connection.rows(
            "SELECT pg_notify('\(DirectoryChange.channel)', $1), pg_notify('\(DirectoryChange.channel)', $2)", messages)
    }
}

extension LinkRecord {
    fileprivate init(_ row: [String?]) {
        self.init(user: UserID(row[0] ?? ""), clerkUser: ClerkUserID(row[1] ?? ""), isTombstoned: row[2] == "1")
    }
}
