// Whether an index is there, and what stands in its way.
extension SchemaEditor {
    /// Ours, or one of the application's that does the same.
    func isPresent(_ index: UserIndex) async throws(DirectoryError) -> Bool {
        switch dialect {
        case .postgres: try await isPresentInPostgres(index)
        case .sqlite: try await isPresentInSQLite(index)
        }
    }

    private func isPresentInPostgres(_ index: UserIndex) async throws(DirectoryError) -> Bool {
        try await !connection.rows(
            """
            SELECT 1 FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
            WHERE i.indrelid = to_regclass($1) AND i.indisvalid AND i.indisready AND i.indpred IS NULL
              AND (c.relname = $2 OR i.indnkeyatts = 1 AND \(index.isUnique
                ? "i.indisunique AND i.indexprs IS NULL AND pg_get_indexdef(i.indexrelid, 1, false) = quote_ident($3)"
                : "replace(replace(pg_get_indexdef(i.indexrelid, 1, false), '(', ''), ')', '') = replace(replace($3, '(', ''), ')', '')"))
            LIMIT 1
            """, [index.table.quoted, index.name, index.isUnique ? index.column.name : unquotedFold(index)]
        ).isEmpty
    }

    /// `pg_get_indexdef` quotes a name only where it must, and puts parentheses of its own.
    private func unquotedFold(_ index: UserIndex) -> String {
        index.column.name.utf8.allSatisfy { ($0 >= 0x61 && $0 <= 0x7A) || $0 == 0x5F }
            ? index.expression.split(separator: index.column.quoted, omittingEmptySubsequences: false).joined(
                separator: index.column.name)
            : index.expression
    }

    private func isPresentInSQLite(_ index: UserIndex) async throws(DirectoryError) -> Bool {
        let schema = index.table.schema ?? "main"
        let lists = try await connection.rows(
            "SELECT name, \"unique\", partial FROM pragma_index_list($1, $2)", [index.table.name, schema])
        for list in lists where list[2] == "0" {
            if list[0] == index.name { return true }
            guard index.isUnique, list[1] == "1" else { continue }
            let columns = try await connection.rows("SELECT name FROM pragma_index_info($1, $2)", [list[0], schema])
            if columns.count == 1, columns[0][0] == index.column.name { return true }
        }
        return false
    }

    func refuseDuplicates(_ index: UserIndex, unless missing: [AddedColumn] = []) async throws(DirectoryError) {
        // A column that is not there yet holds nothing.
        guard index.isUnique, !missing.contains(where: { $0.column == index.column }) else { return }
        let duplicates = try await duplicates(index)
        guard duplicates.isEmpty else {
            throw .misfit(.duplicates(table: index.table.quoted, column: index.column.quoted, values: duplicates))
        }
    }

    /// Ten at most.
    func duplicates(_ index: UserIndex) async throws(DirectoryError) -> [String] {
        try await connection.rows(
            """
            SELECT \(dialect.text(index.column.quoted)) FROM \(index.table.quoted) WHERE \(index.column.quoted) IS NOT NULL
            GROUP BY \(index.column.quoted) HAVING count(*) > 1 ORDER BY 1 LIMIT 10
            """, [], timeoutMilliseconds: Limits.schemaMilliseconds
        ).compactMap { $0[0] }
    }
}
