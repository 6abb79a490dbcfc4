import Settings

/// A column that the settings name, the users table lacks and Segue knows how to make: `segue schema apply --add` adds it.
/// Ids, addresses, roles and password hashes are the application's to bring.
struct AddedColumn: Sendable {
    let table: SQLName
    let column: Column
    /// Behind the name in `ADD COLUMN`.
    private let definition: String

    /// PostgreSQL changes the catalogue only: a constant default touches no row.
    var creation: String { "ALTER TABLE \(table.quoted) ADD COLUMN \(column.quoted) \(definition)" }

    func removal(_ dialect: Dialect) -> String {
        "ALTER TABLE \(table.quoted) DROP COLUMN \(dialect == .postgres ? "IF EXISTS " : "")\(column.quoted)"
    }

    /// Where `segue.meta` says that this column is ours to take back.
    var metaKey: String { Self.metaKey(column.name) }

    static let metaPrefix = "added:column:"
    static func metaKey(_ column: String) -> String { metaPrefix + column }

    /// What the settings name beyond the columns that there are.
    static func missing(in catalogue: Catalogue, _ users: DirectorySettings.Users, _ dialect: Dialect) -> [AddedColumn] {
        var missing: [AddedColumn] = []
        for (name, shape) in shapes(users) {
            guard let name, name != users.id, catalogue.column(name) == nil, !missing.contains(where: { $0.column.name == name })
            else { continue }
            missing.append(AddedColumn(name, shape, in: catalogue.table, dialect))
        }
        return missing
    }

    /// The columns whose values people or links have put there, so that dropping one forgets something.
    static func remembering(_ users: DirectorySettings.Users) -> [String] {
        [users.clerkUserID, users.migratedAt, users.firstName, users.lastName].compactMap { $0 }
    }
}

extension AddedColumn {
    private enum Shape {
        case text, time
        /// With the value that rows get which are there already: nobody is verified by that, and nobody locked out.
        case flag(Bool)
    }

    private static func shapes(_ users: DirectorySettings.Users) -> [(String?, Shape)] {
        [
            (users.clerkUserID, .text), (users.migratedAt, .time), (users.emailVerified, .flag(false)), (users.active, .flag(true)),
            (users.firstName, .text), (users.lastName, .text), (users.createdAt, .time), (users.updatedAt, .time),
        ]
    }

    private init(_ name: String, _ shape: Shape, in table: SQLName, _ dialect: Dialect) {
        let type: (postgres: String, sqlite: String, kind: ColumnType.Kind)
        switch shape {
        case .text:
            type = ("text", "TEXT", .text)
            definition = "text"
        case .time:
            type = ("timestamptz", "DATETIME", .time)
            definition = dialect == .postgres ? "timestamptz" : "DATETIME"
        case .flag(let value):
            type = ("bool", "BOOLEAN", .boolean)
            definition = "boolean NOT NULL DEFAULT \(dialect == .postgres ? "\(value)" : value ? "1" : "0")"
        }
        let catalogueName = dialect == .postgres ? "\"pg_catalog\".\"\(type.postgres)\"" : type.sqlite
        let isNullable = if case .flag = shape { false } else { true }
        column = Column(
            name: name,
            type: ColumnType(
                name: catalogueName, fullName: dialect == .postgres ? type.postgres : type.sqlite, kind: type.kind),
            isRequired: false, isNullable: isNullable)
        self.table = table
    }
}
