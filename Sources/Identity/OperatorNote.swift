/// Who changed a link by hand, and why: both go into the ledger, which is never shortened.
package struct OperatorNote: Sendable, Hashable {
    /// A login name.
    package let actor: String
    package let reason: String

    package init(actor: String, reason: String) { (self.actor, self.reason) = (actor, reason) }
}
