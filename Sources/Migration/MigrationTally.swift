package import Authentication

/// What a run has come to so far.
package struct MigrationTally: Sendable, Equatable {
    /// In Clerk because this run asked.
    package internal(set) var created = 0
    /// In Clerk already under their `external_id`.
    package internal(set) var found = 0
    /// Linked before, and Clerk was told the password of the row again.
    package internal(set) var renewed = 0
    package private(set) var settled: [PersonState: Int] = [:]
    /// Causes of what a person must settle or mend, with the first few ids of each.
    package private(set) var causes: [Cause: Cases] = [:]
    /// Calls that said nothing, and what went wrong last.
    package private(set) var troubles = 0
    package private(set) var lastTrouble = ""

    package struct Cause: Sendable, Hashable {
        package let state: PersonState
        package let code: String
        package let parameter: String?
    }

    package struct Cases: Sendable, Equatable {
        package var count = 0
        package var examples: [UserID] = []
    }

    package init() {}

    package var people: Int { settled.values.reduce(0, +) }
    package func count(_ state: PersonState) -> Int { settled[state] ?? 0 }

    mutating func add(_ settlement: Settlement, of person: UserID) {
        settled[settlement.state, default: 0] += 1
        // Who is linked and has a code is listed, and nobody must do anything.
        guard settlement.state != .skipped, settlement.state != .linked || settlement.code != nil else { return }
        let cause = Cause(state: settlement.state, code: settlement.code ?? "unknown", parameter: settlement.parameter)
        var cases = causes[cause] ?? Cases()
        cases.count += 1
        if cases.examples.count < MigrationLimits.examples { cases.examples.append(person) }
        causes[cause] = cases
    }

    mutating func trouble(_ text: String) {
        troubles += 1
        lastTrouble = text
    }
}
