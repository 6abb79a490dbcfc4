import Authentication
import Crypto
import Identity

/// A row that Segue made: whether it is still just that, and its end.
extension Session {
    func takeBackRow(
        of user: UserID, _ clerkUser: ClerkUserID, _ row: LedgerRow
    ) async throws(DirectoryError) -> UndoObstacle? {
        if let current = try await self.row(of: user, users.byIDLocking) {
            guard current.clerkUser == nil || current.clerkUser == clerkUser else { return .directoryDiffers }
            guard let digest = row.detail, try await rowDigest(of: user) == digest else { return .rowChanged }
            if let table = try await referrer(to: user) { return .rowInUse(table: table) }
        }
        try await forget(user, clerkUser)
        try await connection.rows(
            "DELETE FROM \(users.name.quoted) WHERE \(users.id.quoted) = \(dialect.parameter(1, as: users.id.type))", [user.text])
        return nil
    }

    /// SHA-256 over every column of a row, for the ledger: what has been changed since shows.
    func rowDigest(of user: UserID) async throws(DirectoryError) -> String? {
        let columns = users.catalogue.columns
        let values = try await connection.rows(
            """
            SELECT \(columns.map { dialect.text($0.quoted) }.joined(separator: ", ")) FROM \(users.name.quoted)
            WHERE \(users.id.quoted) = \(dialect.parameter(1, as: users.id.type))
            """, [user.text])
        guard let row = values.first else { return nil }
        var bytes: [UInt8] = []
        for (column, value) in zip(columns, row) {
            bytes.append(contentsOf: "\n\(column.quoted) \(value.map { "\($0.utf8.count):\($0)" } ?? "-")".utf8)
        }
        return "row " + Hexadecimal.encode(Digest.sha256(bytes))
    }

    /// A table with rows that refer to a row of the users table. The database may be told to delete those with it, and then
    /// nothing else would keep them.
    private func referrer(to user: UserID) async throws(DirectoryError) -> String? {
        for (table, column) in try await references() where table != users.mapping?.name.quoted {
            let rows = try await connection.rows(
                "SELECT 1 FROM \(table) WHERE \(column) = \(dialect.parameter(1, as: users.id.type)) LIMIT 1", [user.text])
            if !rows.isEmpty { return table }
        }
        return nil
    }

    /// The columns that refer to the users table's id, with their tables.
    private func references() async throws(DirectoryError) -> [(table: String, column: String)] {
        switch dialect {
        case .postgres:
            return try await connection.rows(
                """
                SELECT n.nspname, c.relname, a.attname, pg_table_is_visible(c.oid) FROM pg_constraint f
                CROSS JOIN LATERAL unnest(f.conkey, f.confkey) AS k (own, theirs)
                JOIN pg_class c ON c.oid = f.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
                JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = k.own
                JOIN pg_attribute t ON t.attrelid = f.confrelid AND t.attnum = k.theirs
                WHERE f.contype = 'f' AND f.confrelid = to_regclass($1) AND t.attname = $2
                """, [users.name.quoted, users.id.name]
            ).map { row in
                let table = quote(row[1] ?? "")
                return (row[3] == "t" ? table : quote(row[0] ?? "") + "." + table, quote(row[2] ?? ""))
            }
        case .sqlite:
            return try await connection.rows(
                """
                SELECT t.name, f."from" FROM sqlite_master t, pragma_foreign_key_list(t.name) f
                WHERE t.type = 'table' AND lower(f."table") = lower($1) AND lower(COALESCE(f."to", $2)) = lower($2)
                """, [users.name.name, users.id.name]
            ).map { (quote($0[0] ?? ""), quote($0[1] ?? "")) }
        }
    }
}
