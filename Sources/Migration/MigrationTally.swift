import Authentication

/// What a run has come to so far.
package struct MigrationTally: Sendable, Equatable {
    /// In Clerk because this run asked.
    package internal(set) var created = 0
    /// In Clerk already under their `external_id`.
    package internal(set) var found = 0
    /// Linked before, and Clerk was told the password of the row again.
    package internal(set) var renewed = 0
    package private(set) var settled: [PersonState: Int] = [:]
    /// Causes of what a person must settle or mend, and whose they are.
    package private(set) var causes: [Cause: Cases] = [:]
    /// Calls that said nothing, and what went wrong last.
    package private(set) var troubles = 0
    package private(set) var lastTrouble = ""

    package struct Cause: Sendable, Hashable {
        package let state: PersonState
        package let code: String
        package let parameter: String?
    }

    package init() {}

    package var people: Int { settled.values.reduce(0, +) }
    package func count(_ state: PersonState) -> Int { settled[state] ?? 0 }
    /// Who is linked, and of whose password Clerk never said clearly whether it took it.
    package var unclearRenewals: Int {
        causes[Cause(state: .linked, code: Migrator.unclearReply, parameter: nil)]?.count ?? 0
    }

    mutating func add(_ settlement: Settlement, of person: UserID) {
        settled[settlement.state, default: 0] += 1
        // Who is linked and has a code is listed, and nobody must do anything.
        guard settlement.state != .skipped, settlement.state != .linked || settlement.code != nil else { return }
        let cause = Cause(state: settlement.state, code: settlement.code ?? "unknown", parameter: settlement.parameter)
        causes[cause, default: Cases()].add(person)
    }

    mutating func trouble(_ text: String) {
        troubles += 1
        lastTrouble = text
    }
}
