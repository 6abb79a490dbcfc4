import Authentication
import Identity
import Sockets
import Telemetry

/// What checking the chain of seals came to.
package enum LedgerVerdict: Sendable, Hashable {
    /// Every sealed row is as it was sealed. `pending` rows wait for the sealer.
    case intact(sealed: Int, pending: Int)
    /// The row with this id, at this place in the chain, is not what was sealed there.
    case altered(id: String, position: Int)
    /// A row was taken out here, the last one included.
    case missing(position: Int)
    /// This row has waited for its seal for longer than any sealer takes: until it has one, nothing shows a change of it.
    case unsealed(id: String, at: String)
}

extension Session {
    func append(_ entry: LedgerEntry) async throws(DirectoryError) {
        try await connection.rows(
            """
            INSERT INTO \(dialect.state("ledger")) (at, actor, action, user_id, clerk_user_id, rule, request_id, detail, batch)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            """,
            [
                time(entry.time), entry.note?.actor ?? "segue", entry.action.rawValue, entry.user?.text, entry.clerkUser?.text,
                entry.rule, entry.requestID, entry.detail, entry.batch,
            ])
    }

    /// Chains up to a page of rows that have no seal yet; returns how many. One sealer at a time, whoever it is.
    func seal() async throws(DirectoryError) -> Int {
        try await connection.transaction { () async throws(DirectoryError) in
            if dialect == .postgres {
                let lock = try await connection.rows("SELECT pg_try_advisory_xact_lock(hashtext('segue'), hashtext('ledger'))")
                guard lock[0][0] == "t" else { return 0 }
            }
            // From the note and not from the rows: of those the last may have been taken away or altered, and a chain that goes on
            // from the note shows it for ever.
            let head = try await head
            let pending = try await connection.rows(
                """
                SELECT \(SealedRow.columns(dialect)) FROM \(dialect.state("ledger"))
                WHERE position IS NULL ORDER BY id LIMIT \(Limits.ledgerPage)
                """
            ).map(SealedRow.init(values:))
            guard !pending.isEmpty else { return 0 }
            var (position, seal) = (head.position, head.seal)
            for row in pending {
                position += 1
                seal = row.seal(after: seal)
                try await connection.rows(
                    "UPDATE \(dialect.state("ledger")) SET position = $2, seal = $3 WHERE id = $1",
                    [row.id, String(position), seal])
            }
            try await connection.setMeta("ledger_head", "\(position) \(seal)")
            return pending.count
        }
    }

    /// Walks the whole chain and names the first row that does not fit.
    func verifyLedger() async throws(DirectoryError) -> LedgerVerdict {
        let ledger = dialect.state("ledger")
        // The chain begins with 1: what stands before it was put there by hand.
        if let ghost = try await connection.rows("SELECT id, position FROM \(ledger) WHERE position < 1 LIMIT 1").first {
            return .altered(id: ghost[0] ?? "", position: Int(ghost[1] ?? "") ?? 0)
        }
        // Before the rows, of which more may be sealed meanwhile: a chain that is longer than this head is no fault.
        let head = try await head
        var (last, seal, position) = ("", ledgerGenesis, Int64(0))
        while true {
            let page = try await connection.rows(
                """
                SELECT \(SealedRow.columns(dialect)), position, seal FROM \(ledger)
                WHERE position > \(position) ORDER BY position LIMIT \(Limits.ledgerPage)
                """)
            for row in page {
                position += 1
                guard row[SealedRow.columnCount] == String(position) else { return .missing(position: Int(position)) }
                let entry = SealedRow(values: Array(row.prefix(SealedRow.columnCount)))
                (last, seal) = (entry.id, entry.seal(after: seal))
                let isNoted = position != head.position || seal == head.seal
                guard row[SealedRow.columnCount + 1] == seal, isNoted else { return .altered(id: last, position: Int(position)) }
            }
            if page.isEmpty { break }
        }
        guard head.position <= position else { return .missing(position: Int(position) + 1) }
        // And behind them: what no sealer has noted was put in by somebody else.
        let now = try await self.head
        guard position < now.position || LedgerHead(position, seal) == now else {
            return .altered(id: last, position: Int(position))
        }
        return try await verifyPending(sealed: Int(position))
    }

    private var head: LedgerHead {
        get async throws(DirectoryError) { LedgerHead(try await connection.meta("ledger_head")) }
    }

    private func verifyPending(sealed: Int) async throws(DirectoryError) -> LedgerVerdict {
        let pending = "FROM \(dialect.state("ledger")) WHERE position IS NULL"
        let patience = UnixTime(milliseconds: Clock.wallMilliseconds() - Limits.sealPatienceMilliseconds)
        let late = try await connection.rows(
            "SELECT id, \(dialect.timeText("at")) \(pending) AND at < $1 ORDER BY id LIMIT 1", [time(patience)])
        if let late = late.first { return .unsealed(id: late[0] ?? "", at: late[1] ?? "") }
        let count = try await connection.rows("SELECT count(*) \(pending)")
        return .intact(sealed: sealed, pending: Int(count[0][0] ?? "") ?? 0)
    }
}
