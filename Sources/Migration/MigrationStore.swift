package import Authentication
package import Telemetry

/// One process at work.
package struct MigrationRun: Sendable, Hashable {
    /// The name in the ledger of what is done, by which it can be undone.
    package let batch: String
    /// This process among all that migrate.
    package let owner: String

    package init(batch: String, owner: String) { (self.batch, self.owner) = (batch, owner) }
}

/// A row, and what the rules have made of it before anybody is asked.
package struct PlannedPerson: Sendable {
    package let id: UserID
    package let settlement: Settlement

    package init(id: UserID, settlement: Settlement) { (self.id, self.settlement) = (id, settlement) }
}

/// Somebody whom this process works on and no other that lives.
package struct ClaimedPerson: Sendable {
    package let id: UserID
    package let state: PersonState
    package let clerkUser: ClerkUserID?
    /// The row as it is now; `nil`: the application has deleted it.
    package let row: LegacyRow?

    package init(id: UserID, state: PersonState, clerkUser: ClerkUserID?, row: LegacyRow?) {
        (self.id, self.state, self.clerkUser, self.row) = (id, state, clerkUser, row)
    }
}

/// Somebody whom Clerk is about to be asked for.
package struct BegunPerson: Sendable, Hashable {
    package let id: UserID
    /// The `fingerprint` of the digest that goes with them.
    package let digest: String?

    package init(id: UserID, digest: String?) { (self.id, self.digest) = (id, digest) }
}

/// The state of everybody, kept where every process that migrates sees it. What is said of a person is refused once they
/// belong to another process, which this one then leaves to it.
package protocol MigrationStore: Sendable {
    /// Puts down what is to become of these. Whose way has begun or ended keeps their state.
    func plan(_ people: [PlannedPerson], at time: UnixTime) async throws(Unavailable)
    /// Takes up to `count` people with something to be done whom nobody works on who lives.
    func claim(_ count: Int) async throws(Unavailable) -> [ClaimedPerson]
    /// Whether anybody has something to be done, whoever works on them.
    func isAnybodyOpen() async throws(Unavailable) -> Bool
    /// Clerk is about to be asked to create these, and to be told these digests. Returns who is still ours.
    func begin(_ people: [BegunPerson]) async throws(Unavailable) -> Set<UserID>
    /// Clerk has them under this id. `isOurs`: because we asked.
    func note(_ person: UserID, is clerkUser: ClerkUserID, isOurs: Bool, at time: UnixTime) async throws(Unavailable)
    /// Links somebody who is in Clerk by their `external_id`, and settles them; `nil`: another process has taken them over.
    func link(_ person: UserID, _ clerkUser: ClerkUserID, at time: UnixTime) async throws(Unavailable) -> Settlement?
    func settle(_ person: UserID, _ settlement: Settlement, at time: UnixTime) async throws(Unavailable)
    /// Gives back whatever is left.
    func release() async throws(Unavailable)
}
