import Settings

// What the table holds.
extension DirectoryInspector {
    func inspectIndexes(_ users: UsersTable) async throws(DirectoryError) {
        let editor = SchemaEditor(settings, on: connection)
        for index in UserIndex.needed(users) where try await !editor.isPresent(index) {
            problems.append(.noIndex(table: index.table.quoted, on: index.expression))
            guard index.isUnique else { continue }
            let duplicates = try await editor.duplicates(index)
            guard !duplicates.isEmpty else { continue }
            problems.append(.duplicates(table: index.table.quoted, column: index.column.quoted, values: duplicates))
        }
        // SQLite names no index where an INTEGER is the primary key.
        guard users.dialect == .postgres, try await !editor.isPresent(UserIndex.ofID(users)) else { return }
        problems.append(.idNotUnique(table: users.name.quoted, column: users.id.quoted))
    }

    func inspectValues(_ users: UsersTable, isPrepared: Bool) async throws(DirectoryError) {
        let table = users.name.quoted
        if let email = users.email {
            let folded = users.dialect.folded(email)
            let twins = try await count(
                """
                SELECT count(*) FROM (SELECT 1 FROM \(table) WHERE \(email.quoted) IS NOT NULL
                GROUP BY \(folded) HAVING count(*) > 1) d
                """)
            if twins > 0 { problems.append(.ambiguousEmails(table: table, column: email.quoted, count: twins)) }
        }
        guard case .column(let column) = users.source else { return }
        if !users.isKeyedByClerk, !column.isNullable {
            let isMeant = isPrepared ? try await isFinal() : false
            if !isMeant { problems.append(.linkRequired(table: table, column: column.quoted)) }
            if settings.linking.afterDelete == .unlink {
                problems.append(.deletionCannotUnlink(table: table, column: column.quoted))
            }
        }
        if column.type.isTooShort {
            problems.append(
                .unfitType(
                    table: table, column: column.quoted, type: column.type.fullName,
                    needed: "text: Clerk's ids are 32 characters and may grow"))
        }
        let text = users.dialect.text(column.quoted)
        let strange = try await count("SELECT count(*) FROM \(table) WHERE \(text) <> '' AND substr(\(text), 1, 5) <> 'user_'")
        if strange > 0 { problems.append(.notClerkIDs(table: table, column: column.quoted, count: strange)) }
        try await inspectMapping(users, column)
    }

    /// Whether `segue finalize` has made every link required, when everybody had one.
    private func isFinal() async throws(DirectoryError) -> Bool {
        let (action, step) = (LedgerAction.finalize.rawValue, FinalizeStep.notNull.rawValue)
        let ledger = connection.dialect.state("ledger")
        return try await count("SELECT count(*) FROM \(ledger) WHERE action = '\(action)' AND rule = '\(step)'") > 0
    }

    /// A mapping beside a column says the same thing twice, and each writer may have forgotten one of the two.
    private func inspectMapping(_ users: UsersTable, _ column: Column) async throws(DirectoryError) {
        guard let mapping = users.mapping else { return }
        let differing = try await count(
            """
            SELECT count(*) FROM \(mapping.name.quoted) m JOIN \(users.name.quoted) u ON u.\(users.id.quoted) = m.\(mapping.userID.quoted)
            WHERE COALESCE(\(users.dialect.text("u.\(column.quoted)")), '') <> \(users.dialect.text("m.\(mapping.clerkUserID.quoted)"))
            """)
        guard differing > 0 else { return }
        problems.append(
            .mappingDiffers(table: users.name.quoted, column: column.quoted, mapping: mapping.name.quoted, count: differing))
    }

    private func count(_ question: String) async throws(DirectoryError) -> Int {
        Int(try await connection.rows(question, [], timeoutMilliseconds: Limits.inspectionMilliseconds)[0][0] ?? "") ?? 0
    }

    /// What this role may not do, of what links need, Clerk's messages and invitations.
    func inspectPrivileges(
        _ users: UsersTable, isPrepared: Bool, takesMessages: Bool, invites: Bool, upgrades: Bool
    ) async throws(DirectoryError) {
        var needed: [(table: String, privilege: String, column: Column?)] = [(users.name.quoted, "SELECT", nil)]
        if case .column(let column) = users.source, !users.isKeyedByClerk { needed.append((users.name.quoted, "UPDATE", column)) }
        if let mapping = users.mapping { needed.append((mapping.name.quoted, "INSERT", nil)) }
        if settings.linking.unknown == .provision { needed.append((users.name.quoted, "INSERT", nil)) }
        if isPrepared {
            for table in ["links", "ledger", "reviews"] {
                needed.append((users.dialect.state(table), "INSERT", nil))
            }
            needed += ["INSERT", "UPDATE"].map { (users.dialect.state("clerk_users"), $0, nil) }
            needed.append((users.dialect.state("revocations"), "SELECT", nil))
            if invites { needed += ["SELECT", "INSERT", "UPDATE"].map { (users.dialect.state("invitations"), $0, nil) } }
            if upgrades { needed += ["SELECT", "INSERT", "UPDATE", "DELETE"].map { (users.dialect.state("upgrades"), $0, nil) } }
        }
        if takesMessages {
            for column in try written(by: users) { needed.append((users.name.quoted, "UPDATE", column)) }
            if isPrepared {
                needed += ["INSERT", "DELETE"].map { (users.dialect.state("clerk_messages"), $0, nil) }
                needed += ["INSERT", "UPDATE", "DELETE"].map { (users.dialect.state("revocations"), $0, nil) }
            }
        }
        for need in needed {
            let rows =
                if let column = need.column {
                    try await connection.rows(
                        "SELECT has_column_privilege($1, $2, $3)", [need.table, column.name, need.privilege])
                } else {
                    try await connection.rows("SELECT has_table_privilege($1, $2)", [need.table, need.privilege])
                }
            guard rows.first?.first != "t" else { continue }
            problems.append(.noPrivilege(table: need.table, column: need.column?.quoted, privilege: need.privilege))
        }
    }
    /// The columns of the users table that an event may change.
    private func written(by users: UsersTable) throws(DirectoryError) -> [Column] {
        var columns = [users.active, try users.catalogue.optional(settings.users.updatedAt)].compactMap(\.self)
        for synced in settings.sync {
            guard let column = try users.catalogue.optional(settings.column(of: synced)) else { continue }
            columns.append(column)
        }
        return columns
    }
}

extension ColumnType {
    /// `varchar(24)` and the like: a Clerk user id would not fit.
    fileprivate var isTooShort: Bool {
        guard let open = fullName.firstIndex(of: "("), let length = Int(fullName[open...].dropFirst().prefix { $0 != ")" }) else {
            return false
        }
        return length < Limits.clerkUserIDCharacters
    }
}
