import Authentication
import Telemetry

/// The ledger as people read it.
extension Session {
    /// The latest rows that a filter lets pass, in the order in which they were written.
    func ledgerRows(_ filter: LedgerFilter, most count: Int) async throws(DirectoryError) -> [LedgerRow] {
        var (conditions, values) = ([String](), [String?]())
        func add(_ condition: String, _ value: String) {
            values.append(value)
            conditions.append("\(condition) $\(values.count)")
        }
        if let since = filter.since { add("at >=", time(since)) }
        switch filter.person {
        case .user(let id): add("user_id =", id.text)
        case .clerkUser(let id): add("clerk_user_id =", id.text)
        // The ledger holds no addresses.
        case .email: return []
        case nil: break
        }
        if let batch = filter.batch { add("batch =", batch) }
        if let action = filter.action { add("action =", action) }
        return try await connection.rows(
            """
            SELECT \(LedgerRow.columns(dialect)) FROM \(dialect.state("ledger"))
            \(conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")) ORDER BY id DESC LIMIT \(count)
            """, values, timeoutMilliseconds: Limits.inspectionMilliseconds
        ).reversed().map(LedgerRow.init)
    }

    /// Every row page by page, those of the chain first and in its order, until `page` says that it wants no more. The head was
    /// read before them: rows that are sealed meanwhile come after it.
    func exportLedger(_ page: ([LedgerRow]) -> Bool) async throws(DirectoryError) -> LedgerHead {
        let head = LedgerHead(try await connection.meta("ledger_head"))
        let (ledger, columns) = (dialect.state("ledger"), LedgerRow.columns(dialect))
        var position: Int64 = 0
        while true {
            let rows = try await connection.rows(
                "SELECT \(columns) FROM \(ledger) WHERE position > \(position) ORDER BY position LIMIT \(Limits.ledgerPage)"
            ).map(LedgerRow.init)
            guard let last = rows.last?.position else { break }
            position = last
            guard page(rows) else { return head }
        }
        var id: Int64 = 0
        while true {
            let rows = try await connection.rows(
                "SELECT \(columns) FROM \(ledger) WHERE position IS NULL AND id > \(id) ORDER BY id LIMIT \(Limits.ledgerPage)"
            ).map(LedgerRow.init)
            guard let last = rows.last?.id else { return head }
            id = last
            guard page(rows) else { return head }
        }
    }
}
