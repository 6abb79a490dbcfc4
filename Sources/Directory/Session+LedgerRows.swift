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
            // The end of the chain and what waits behind it in one statement: a row that is sealed between two would be in neither.
            let rows = try await slowRows(
                """
                SELECT * FROM (SELECT \(columns) FROM \(ledger) WHERE position > \(position) ORDER BY position LIMIT \(Limits.ledgerPage)) s
                UNION ALL
                SELECT * FROM (SELECT \(columns) FROM \(ledger) WHERE position IS NULL
                  AND NOT EXISTS (SELECT 1 FROM \(ledger) WHERE position > \(position)) ORDER BY id) w
                """
            ).map(LedgerRow.init)
            guard !rows.isEmpty, page(rows), let last = rows.last?.position else { return head }
            position = last
        }
    }
}
