package import Authentication
package import Identity

/// Whom an operator asks about.
package enum SoughtPerson: Sendable, Hashable {
    case user(UserID)
    case email(String)
    case clerkUser(ClerkUserID)

    /// `user_…` is a Clerk user, what has an `@` an address, and everything else an id.
    package init(_ word: String) {
        if word.hasPrefix("user_") {
            self = .clerkUser(ClerkUserID(word))
        } else if word.contains("@") {
            self = .email(word)
        } else {
            self = .user(UserID(word))
        }
    }
}

/// All that the directory holds about one person, or about those whom an address names.
package struct PersonRecord: Sendable {
    package var rows: [DirectoryUser] = []
    package var links: [RecordedRow] = []
    package var mappings: [RecordedRow] = []
    /// Refusals that wait for a person.
    package var reviews: [RecordedRow] = []
    package var ledger: [RecordedRow] = []
}

/// A row of a table of links or changes, for people to read.
package struct RecordedRow: Sendable, Hashable {
    package let values: [Value]

    package struct Value: Sendable, Hashable {
        package let name: String
        package let text: String
    }

    /// Without what is NULL or empty.
    init(_ names: [String], _ row: [String?]) {
        values = zip(names, row).compactMap { name, text in text.flatMap { $0.isEmpty ? nil : Value(name: name, text: $0) } }
    }
}

extension Session {
    func person(_ sought: SoughtPerson) async throws(DirectoryError) -> PersonRecord {
        var record = PersonRecord()
        var clerkUsers: Set<String> = []
        switch sought {
        case .user(let id): record.rows = try await user(id).map { [$0] } ?? []
        case .email(let address): record.rows = try await users(withEmail: address)
        case .clerkUser(let id):
            record.rows = try await user(linkedTo: id).map { [$0] } ?? []
            clerkUsers.insert(id.text)
        }
        var ids = Set(record.rows.map(\.id.text))
        if case .user(let id) = sought { ids.insert(id.text) }
        clerkUsers.formUnion(record.rows.compactMap(\.clerkUser?.text))
        for id in ids.sorted() { try await add(to: &record, "user_id", "candidate", id) }
        for id in clerkUsers.sorted() { try await add(to: &record, "clerk_user_id", "clerk_user_id", id) }
        return record
    }

    /// What names an id: in the tables of links and changes by one column, in the review queue by another.
    private func add(to record: inout PersonRecord, _ column: String, _ reviewColumn: String, _ id: String)
        async throws(DirectoryError)
    {
        let links = try await recorded(
            "links", by: "linked_at", ["user_id", "clerk_user_id", "rule", "linked_at", "first_session_at", "tombstoned_at"],
            column, id)
        let reviews = try await recorded(
            "reviews", by: "last_at", ["clerk_user_id", "candidate", "code", "count", "first_at", "last_at"], reviewColumn, id)
        let ledger = try await recorded(
            "ledger", by: "id", ["at", "actor", "action", "user_id", "clerk_user_id", "rule", "request_id", "detail"], column, id)
        for row in links where !record.links.contains(row) { record.links.append(row) }
        for row in reviews where !record.reviews.contains(row) { record.reviews.append(row) }
        for row in ledger where !record.ledger.contains(row) { record.ledger.append(row) }
        guard let mapping = users.mapping else { return }
        let mapped = column == "user_id" ? mapping.userID : mapping.clerkUserID
        for row in try await connection.rows(
            """
            SELECT \(dialect.text(mapping.userID.quoted)), \(dialect.text(mapping.clerkUserID.quoted)) FROM \(mapping.name.quoted)
            WHERE \(dialect.text(mapped.quoted)) = $1 LIMIT \(Limits.recordedRows)
            """, [id]
        ).map({ RecordedRow(["user_id", "clerk_user_id"], $0) }) where !record.mappings.contains(row) {
            record.mappings.append(row)
        }
    }

    /// The latest of a table's rows about an id.
    private func recorded(_ table: String, by order: String, _ names: [String], _ column: String, _ id: String)
        async throws(DirectoryError) -> [RecordedRow]
    {
        try await connection.rows(
            """
            SELECT \(names.joined(separator: ", ")) FROM \(dialect.state(table))
            WHERE \(column) = $1 ORDER BY \(order) DESC LIMIT \(Limits.recordedRows)
            """, [id]
        ).map { RecordedRow(names, $0) }
    }
}
