package import Authentication
package import Telemetry

/// A row of the ledger, every column as the seal has it.
package struct LedgerRow: Sendable, Hashable {
    package let id: Int64
    /// UTC: `2026-11-21 04:05:06.789000`.
    package let at: String
    package let actor: String
    /// Of `LedgerAction`, or of a version that knows more.
    package let action: String
    package let user: UserID?
    package let clerkUser: ClerkUserID?
    package let rule: String?
    package let requestID: String?
    package let detail: String?
    package let batch: String?
    /// Its place in the chain; `nil`: it waits for its seal.
    package let position: Int64?
    package let seal: String?

    package var time: UnixTime? { UnixTime(timestamp: at) }
}

extension LedgerRow {
    static func columns(_ dialect: Dialect) -> String { SealedRow.columns(dialect) + ", position, seal" }

    init(_ row: [String?]) {
        id = row[0].flatMap { Int64($0) } ?? 0
        (at, actor, action) = (row[1] ?? "", row[2] ?? "", row[3] ?? "")
        (user, clerkUser) = (row[4].map(UserID.init), row[5].map(ClerkUserID.init))
        (rule, requestID, detail, batch) = (row[6], row[7], row[8], row[9])
        (position, seal) = (row[10].flatMap { Int64($0) }, row[11])
    }
}

/// Which rows of the ledger are wanted. Everything that is set must hold.
package struct LedgerFilter: Sendable, Hashable {
    package var since: UnixTime?
    package var person: SoughtPerson?
    package var batch: String?
    package var action: String?

    package init() {}
}

/// The last row that was sealed, by the note that is kept apart from the rows.
package struct LedgerHead: Sendable, Hashable {
    package let position: Int64
    package let seal: String

    init(_ position: Int64, _ seal: String) { (self.position, self.seal) = (position, seal) }

    /// Of `segue.meta`: `17 9f3c…`.
    init(_ note: String?) {
        let parts = (note ?? "0 \(ledgerGenesis)").split(separator: " ", maxSplits: 1)
        position = parts.first.flatMap { Int64($0) } ?? 0
        seal = parts.count == 2 ? String(parts[1]) : ""
    }
}
