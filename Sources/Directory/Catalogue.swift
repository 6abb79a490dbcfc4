/// The columns of one table, read when a connection opens.
struct Catalogue: Sendable {
    let table: SQLName
    let columns: [Column]

    /// What `segue schema apply --add` would make.
    var additions: [AddedColumn] = []

    func column(_ name: String) -> Column? { columns.first { $0.name == name } }

    /// The column that the settings name.
    func required(_ name: String) throws(DirectoryError) -> Column {
        if let column = column(name) { return column }
        throw .misfit(problem(without: name))
    }

    func optional(_ name: String?) throws(DirectoryError) -> Column? {
        guard let name else { return nil }
        return try required(name)
    }

    /// That this column is missing, and what to do about it.
    func problem(without name: String) -> DirectoryProblem {
        if let addition = additions.first(where: { $0.column.name == name }) {
            return .noColumnYet(table: table.quoted, column: quote(name), creation: addition.creation)
        }
        return .noColumn(table: table.quoted, column: quote(name), remedy: "name the column that there is, in directory")
    }

    /// With columns that are about to be there.
    func adding(_ columns: [Column]) -> Catalogue { Catalogue(table: table, columns: self.columns + columns) }

    private init(table: SQLName, columns: [Column]) { (self.table, self.columns) = (table, columns) }

    init(of name: String, on connection: any SQLConnection) async throws(DirectoryError) {
        table = SQLName(name)
        columns =
            switch connection.dialect {
            case .postgres: try await Self.postgres(table, connection)
            case .sqlite: try await Self.sqlite(table, connection)
            }
        if columns.isEmpty { throw .misfit(.noTable(table.quoted)) }
    }

    // MARK: PostgreSQL

    /// A domain counts as the type beneath it.
    private static let postgresColumns = """
        SELECT a.attname, n.nspname, b.typname, format_type(a.atttypid, a.atttypmod),
               a.attnotnull, a.atthasdef OR a.attidentity <> '' OR a.attgenerated <> ''
        FROM pg_attribute a
        JOIN pg_type t ON t.oid = a.atttypid
        JOIN pg_type b ON b.oid = CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END
        JOIN pg_namespace n ON n.oid = b.typnamespace
        WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped
        ORDER BY a.attnum
        """

    private static func postgres(_ table: SQLName, _ connection: any SQLConnection) async throws(DirectoryError) -> [Column] {
        try await connection.rows(postgresColumns, [table.quoted]).map { row in
            let type = ColumnType(
                name: "\(quote(row[1] ?? "")).\(quote(row[2] ?? ""))", fullName: row[3] ?? "", kind: kind(postgres: row[2] ?? ""))
            let isNotNull = row[4] == "t"
            return Column(name: row[0] ?? "", type: type, isRequired: isNotNull && row[5] != "t", isNullable: !isNotNull)
        }
    }

    private static func kind(postgres name: String) -> ColumnType.Kind {
        switch name {
        case "uuid": .uuid
        case "int2": .integer(bits: 16)
        case "int4": .integer(bits: 32)
        case "int8": .integer(bits: 64)
        case "text", "varchar", "bpchar", "citext", "name": .text
        case "bool": .boolean
        case "timestamptz", "timestamp", "date": .time
        default: .other
        }
    }

    // MARK: SQLite

    private static func sqlite(_ table: SQLName, _ connection: any SQLConnection) async throws(DirectoryError) -> [Column] {
        try await connection.rows(
            "SELECT name, type, \"notnull\", dflt_value, pk FROM pragma_table_info($1, $2)", [table.name, table.schema ?? "main"]
        ).map { row in
            let declared = (row[1] ?? "").uppercased()
            let isNotNull = row[2] == "1" || row[4] != "0"
            // An INTEGER PRIMARY KEY numbers itself (sqlite.org/lang_createtable.html#rowid).
            let hasValue = row[3] != nil || row[4] != "0" && declared == "INTEGER"
            return Column(
                name: row[0] ?? "", type: ColumnType(name: declared, fullName: declared, kind: kind(sqlite: declared)),
                isRequired: isNotNull && !hasValue, isNullable: !isNotNull)
        }
    }

    /// By the words of the declared type, as SQLite itself finds a column's affinity (sqlite.org/datatype3.html §3.1).
    private static func kind(sqlite declared: String) -> ColumnType.Kind {
        if declared.contains("BOOL") { return .boolean }
        if declared.contains("INT") { return .integer(bits: 64) }
        if declared.contains("TIME") || declared.contains("DATE") { return .time }
        return .text
    }
}
