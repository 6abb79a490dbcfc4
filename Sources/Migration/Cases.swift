package import Authentication

/// The people of one cause: how many, and the first few ids. Ids only: no address, no digest.
package struct Cases: Sendable, Equatable {
    package private(set) var count = 0
    /// `MigrationLimits.examples` at most.
    package private(set) var examples: [UserID] = []

    package init() {}

    package mutating func add(_ id: UserID) {
        count += 1
        if examples.count < MigrationLimits.examples { examples.append(id) }
    }
}
