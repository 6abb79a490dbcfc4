import Settings

/// An index that Segue needs on a table of the application.
struct UserIndex: Sendable, Hashable {
    let table: SQLName
    let name: String
    /// The column or expression between the parentheses.
    let expression: String
    let isUnique: Bool
    /// The column whose duplicates would stand in the way of a unique index.
    let column: Column

    /// PostgreSQL builds it while the table is read and written; that cannot stand in a transaction.
    func creation(_ dialect: Dialect) -> String {
        let how = (isUnique ? "UNIQUE " : "") + "INDEX " + (dialect == .postgres ? "CONCURRENTLY " : "") + "IF NOT EXISTS"
        // SQLite writes the schema before the index's own name, PostgreSQL before the table's.
        switch dialect {
        case .postgres: return "CREATE \(how) \(quote(name)) ON \(table.quoted) (\(expression))"
        case .sqlite:
            return "CREATE \(how) \(SQLName(schema: table.schema, name: name).quoted) ON \(quote(table.name)) (\(expression))"
        }
    }

    func removal(_ dialect: Dialect) -> String {
        "DROP INDEX \(dialect == .postgres ? "CONCURRENTLY " : "")IF EXISTS \(SQLName(schema: table.schema, name: name).quoted)"
    }

    private init(_ table: SQLName, _ column: Column, unique: Bool, expression: String, suffix: String) {
        self.table = table
        self.column = column
        self.expression = expression
        isUnique = unique
        // PostgreSQL cuts names at 63 bytes; this is cut before, so that it is found again.
        let words = "segue_\(table.name)_\(column.name)".utf8.prefix(63 - suffix.utf8.count - 1)
        name = String(decoding: words, as: UTF8.self) + "_" + suffix
    }

    /// What makes an id one row's: the application's primary key.
    static func ofID(_ users: UsersTable) -> UserIndex {
        UserIndex(users.name, users.id, unique: true, expression: users.id.quoted, suffix: "key")
    }

    /// One Clerk user for each row and one row for each Clerk user, and e-mails found without reading the whole table.
    static func needed(_ users: UsersTable) -> [UserIndex] {
        var needed: [UserIndex] = []
        func unique(_ table: SQLName, _ column: Column) {
            needed.append(UserIndex(table, column, unique: true, expression: column.quoted, suffix: "key"))
        }
        if case .column(let column) = users.source, !users.isKeyedByClerk { unique(users.name, column) }
        if let mapping = users.mapping {
            unique(mapping.name, mapping.userID)
            unique(mapping.name, mapping.clerkUserID)
        }
        if let email = users.email {
            needed.append(
                UserIndex(users.name, email, unique: false, expression: users.dialect.folded(email), suffix: "folded"))
        }
        return needed
    }
}
