import Authentication
import Identity

/// Who refers to a row of the users table by a foreign key, on whatever columns. The database may be told to delete or to empty
/// those rows with it (`ON DELETE`), and then nothing but this look keeps them.
extension Session {
    /// A table with rows that refer to a row of the users table; one that may not be read counts as having some.
    func referrer(to user: UserID) async throws(DirectoryError) -> String? {
        for reference in try await references() where reference.table != users.mapping?.name.quoted {
            let pairs = reference.columns.map { "c.\($0.own) = u.\($0.theirs)" }.joined(separator: " AND ")
            guard reference.isReadable else { return "\(reference.table), as far as may be known without GRANT SELECT on it," }
            let rows = try await connection.rows(
                """
                SELECT 1 FROM \(reference.table) c JOIN \(users.name.quoted) u ON \(pairs)
                WHERE u.\(users.id.quoted) = \(dialect.parameter(1, as: users.id.type)) LIMIT 1
                """, [user.text])
            if !rows.isEmpty { return reference.table }
        }
        return nil
    }

    private struct Reference {
        let table: String
        let isReadable: Bool
        var columns: [(own: String, theirs: String)] = []
    }

    /// The foreign keys that refer to the users table, each with its pairs of columns.
    private func references() async throws(DirectoryError) -> [Reference] {
        let rows =
            switch dialect {
            case .postgres:
                try await connection.rows(
                    """
                    SELECT f.oid, CASE WHEN pg_table_is_visible(c.oid) THEN NULL ELSE n.nspname END, c.relname, a.attname, t.attname,
                    has_table_privilege(c.oid, 'SELECT')
                    FROM pg_constraint f CROSS JOIN LATERAL unnest(f.conkey, f.confkey) AS k (own, theirs)
                    JOIN pg_class c ON c.oid = f.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
                    JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = k.own
                    JOIN pg_attribute t ON t.attrelid = f.confrelid AND t.attnum = k.theirs
                    WHERE f.contype = 'f' AND f.confrelid = to_regclass($1) ORDER BY f.oid
                    """, [users.name.quoted])
            case .sqlite:
                // A key that names no columns refers to the primary key.
                try await connection.rows(
                    """
                    SELECT t.name || ' ' || f.id, NULL, t.name, f."from",
                    COALESCE(f."to", (SELECT p.name FROM pragma_table_info($1) p WHERE p.pk = f.seq + 1)), 't'
                    FROM sqlite_master t, pragma_foreign_key_list(t.name) f
                    WHERE t.type = 'table' AND lower(f."table") = lower($1) ORDER BY t.name, f.id, f.seq
                    """, [users.name.name])
            }
        var (references, last) = ([Reference](), String?.none)
        for row in rows {
            let table = (row[1].map { quote($0) + "." } ?? "") + quote(row[2] ?? "")
            if references.isEmpty || row[0] != last { references.append(Reference(table: table, isReadable: row[5] == "t")) }
            last = row[0]
            references[references.count - 1].columns.append((quote(row[3] ?? ""), quote(row[4] ?? "")))
        }
        return references
    }
}
