import Authentication
import Crypto
import Identity
import Telemetry

/// What the ledger records. The names are stored, and never change.
package enum LedgerAction: String, Sendable, CaseIterable {
    case link
    case provision
    case createClerkUser = "create_clerk_user"
    /// A run of a migration began.
    case migrate
    case flip
    case unlink
    /// Clerk has deleted the user: what became of the row.
    case deactivate
    case remove
    /// A refusal was looked at, and stands.
    case dismiss
    /// An old session was exchanged for a ticket of Clerk's.
    case upgrade
    /// A run that invites people began; the detail says how many.
    case invite
    /// A dump was made; the detail is its digest.
    case backup
    /// The migration may end without this person.
    case waive
    /// A step that ends the migration; `rule` is its name.
    case finalize
    /// What another entry records was taken back; `rule` is that entry's action, and the detail begins with its number.
    case undo
}

/// One change of a link or a route: ids and digests, never an address.
struct LedgerEntry: Sendable, Hashable {
    let action: LedgerAction
    let user: UserID?
    let clerkUser: ClerkUserID?
    let rule: String?
    let requestID: String?
    let time: UnixTime
    /// `nil`: Segue did it by its rules.
    let note: OperatorNote?
    /// The note's reason, unless there is more to say.
    let detail: String?
    /// The run of a command that made many changes, so that they can be listed and undone together.
    let batch: String?

    init(
        _ action: LedgerAction, user: UserID?, clerkUser: ClerkUserID?, rule: String?, requestID: String?, time: UnixTime,
        note: OperatorNote? = nil, batch: String? = nil, detail: String? = nil
    ) {
        (self.note, self.batch, self.detail) = (note, batch, detail ?? note?.reason)
        (self.action, self.user, self.clerkUser) = (action, user, clerkUser)
        (self.rule, self.requestID, self.time) = (rule, requestID, time)
    }
}

/// A row of the ledger as it is sealed: every column but the seal, as text, in the order of `columns`.
struct SealedRow: Sendable, Hashable {
    static func columns(_ dialect: Dialect) -> String {
        "id, \(dialect.timeText("at")), actor, action, user_id, clerk_user_id, rule, request_id, detail, batch"
    }

    static let columnCount = 10

    let values: [String?]

    init(values: [String?]) { self.values = values }

    var id: String { values[0] ?? "" }

    /// SHA-256 over the seal before it and this row. Lengths stand before the texts, so that no two rows read alike. A row
    /// without a batch has nine values, as all had before there were batches: their seals are still good.
    func seal(after previous: String) -> String {
        var bytes = Array(previous.utf8)
        for value in values.last == .some(nil) ? values.dropLast() : values[...] {
            bytes.append(contentsOf: (value.map { "\n\($0.utf8.count):\($0)" } ?? "\n-").utf8)
        }
        return Hexadecimal.encode(Digest.sha256(bytes))
    }
}

/// The seal before the first row.
let ledgerGenesis = String(repeating: "0", count: 64)
