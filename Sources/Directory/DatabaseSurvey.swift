package import Settings

/// The tables of a database as its catalogue describes them, for `segue init`, which knows no names yet. Nothing is written.
package struct DatabaseSurvey: Sendable {
    package var tables: [SurveyedTable]
    package init(tables: [SurveyedTable]) { self.tables = tables }
}

package struct SurveyedTable: Sendable, Hashable {
    /// As settings name it: with its schema where the connection would not find it without.
    package var name: String
    package var columns: [SurveyedColumn]
    /// The column that alone is the primary key.
    package var key: String?
    package var references: [Reference]

    /// A foreign key of one column.
    package struct Reference: Sendable, Hashable {
        package var column: String
        package var table: String
        package init(column: String, table: String) { (self.column, self.table) = (column, table) }
    }

    package init(name: String, columns: [SurveyedColumn], key: String?, references: [Reference] = []) {
        (self.name, self.columns, self.key, self.references) = (name, columns, key, references)
    }

    package func column(_ name: String) -> SurveyedColumn? { columns.first { $0.name == name } }
}

package struct SurveyedColumn: Sendable, Hashable {
    package enum Kind: Sendable, Hashable { case uuid, integer, text, boolean, time, other }

    package var name: String
    package var kind: Kind
    /// NOT NULL, and nothing else gives it a value.
    package var isRequired: Bool

    package init(_ name: String, _ kind: Kind, isRequired: Bool = false) {
        (self.name, self.kind, self.isRequired) = (name, kind, isRequired)
    }
}

/// Asks a database that no settings describe yet. It runs as tasks on a loop.
package struct DatabaseSurveyor: Sendable {
    private let location: DirectorySettings.Location

    package init(_ location: DirectorySettings.Location) { self.location = location }

    package func survey() async throws(DirectorySchema.Failure) -> DatabaseSurvey {
        try await DirectorySchema.connected(to: location) { connection throws(DirectoryError) in
            switch connection.dialect {
            case .postgres: try await DatabaseSurvey(postgres: connection)
            case .sqlite: try await DatabaseSurvey(sqlite: connection)
            }
        }
    }

    /// What stands in between.
    package func pooling() async throws(DirectorySchema.Failure) -> Pooling { try await DirectorySchema.pooling(at: location) }

    /// Some different values of a column, among the first rows that come.
    package func values(of column: String, in table: String) async throws(DirectorySchema.Failure) -> [String] {
        try await DirectorySchema.connected(to: location) { connection throws(DirectoryError) in
            let (table, column) = (SQLName(table).quoted, quote(column))
            return try await connection.rows(
                """
                SELECT DISTINCT \(connection.dialect.text("v")) FROM
                (SELECT \(column) AS v FROM \(table) WHERE \(column) IS NOT NULL LIMIT \(Limits.surveyRows)) s
                ORDER BY 1 LIMIT \(Limits.surveyValues)
                """
            ).compactMap { $0[0] }
        }
    }
}

extension DatabaseSurvey {
    /// A table's name is one that `to_regclass` finds: the short one where the search path leads there.
    fileprivate init(postgres connection: any SQLConnection) async throws(DirectoryError) {
        let rows = try await connection.rows(
            """
            SELECT c.oid::text, n.nspname, c.relname, pg_table_is_visible(c.oid),
                   (SELECT a.attname FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
                    WHERE k.conrelid = c.oid AND k.contype = 'p' AND cardinality(k.conkey) = 1)
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname NOT IN ('information_schema', 'segue')
              AND n.nspname NOT LIKE 'pg\\_%' AND has_table_privilege(c.oid, 'SELECT')
            ORDER BY n.nspname, c.relname LIMIT \(Limits.surveyTables)
            """)
        var names: [String: String] = [:]
        for row in rows { names[row[0] ?? ""] = row[3] == "t" ? row[2] : "\(row[1] ?? "").\(row[2] ?? "")" }
        let references = try await connection.rows(
            """
            SELECT k.conrelid::oid::text, a.attname, k.confrelid::oid::text FROM pg_constraint k
            JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
            WHERE k.contype = 'f' AND cardinality(k.conkey) = 1
            """)
        tables = []
        for row in rows {
            let name = names[row[0] ?? ""] ?? ""
            let own = references.filter { $0[0] == row[0] }.compactMap { reference in
                names[reference[2] ?? ""].map { SurveyedTable.Reference(column: reference[1] ?? "", table: $0) }
            }
            let columns = try await Catalogue(of: name, on: connection).columns.map(SurveyedColumn.init)
            tables.append(SurveyedTable(name: name, columns: columns, key: row[4], references: own))
        }
    }

    fileprivate init(sqlite connection: any SQLConnection) async throws(DirectoryError) {
        let names = try await connection.rows(
            """
            SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
            AND name NOT LIKE 'segue\\_%' ESCAPE '\\' ORDER BY name LIMIT \(Limits.surveyTables)
            """
        ).compactMap { $0[0] }
        tables = []
        for name in names {
            let keys = try await connection.rows("SELECT name FROM pragma_table_info($1) WHERE pk > 0", [name])
            let references = try await connection.rows("SELECT \"from\", \"table\" FROM pragma_foreign_key_list($1)", [name])
            tables.append(
                SurveyedTable(
                    name: name, columns: try await Catalogue(of: name, on: connection).columns.map(SurveyedColumn.init),
                    key: keys.count == 1 ? keys[0][0] : nil,
                    references: references.map { .init(column: $0[0] ?? "", table: $0[1] ?? "") }))
        }
    }
}

extension SurveyedColumn {
    fileprivate init(_ column: Column) {
        let kind: Kind =
            switch column.type.kind {
            case .uuid: .uuid
            case .integer: .integer
            case .text: .text
            case .boolean: .boolean
            case .time: .time
            case .other: .other
            }
        self.init(column.name, kind, isRequired: column.isRequired)
    }
}
