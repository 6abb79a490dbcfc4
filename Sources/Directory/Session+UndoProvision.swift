import Authentication
import Crypto
import Identity

/// A row that Segue made: whether it is still just that, and its end.
extension Session {
    func takeBackRow(
        of user: UserID, _ clerkUser: ClerkUserID, _ row: LedgerRow
    ) async throws(DirectoryError) -> UndoObstacle? {
        if let current = try await heldRow(of: user) {
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
}
