import Authentication

/// Asks Clerk for users, one call after the other, and waits as long as it says (429). For who only looks.
package struct ClerkCensus: Sendable {
    package struct Failure: Error { package let words: String }

    private let clerk: any ClerkUserAdmin
    /// Returns when another call may be made; `seconds` after a 429.
    private let turn: @Sendable (_ afterSeconds: Int) async -> Void

    package init(_ clerk: any ClerkUserAdmin, turn: @escaping @Sendable (_ afterSeconds: Int) async -> Void) {
        (self.clerk, self.turn) = (clerk, turn)
    }

    /// - Parameter lookUp: with up to `MigrationLimits.lookUpIDs` values.
    func users(_ lookUp: ClerkLookUp) async throws(Failure) -> [ClerkUser] {
        var seconds = 0
        for _ in 0..<MigrationLimits.rounds {
            await turn(seconds)
            switch await clerk.users(lookUp) {
            case .users(let users): return users
            case .limited(let wait): seconds = wait
            case .failed(let words), .hopeless(let words): throw Failure(words: words)
            }
        }
        throw Failure(words: "status 429, again and again")
    }

    /// Holds people against what Clerk says of them: one call for each hundred, and one more where some have no user of their id.
    package func compare(_ people: [MigrationComparison.Person]) async throws(Failure) -> MigrationComparison {
        var comparison = MigrationComparison()
        for start in stride(from: 0, to: people.count, by: MigrationLimits.lookUpIDs) {
            let page = Array(people[start..<min(start + MigrationLimits.lookUpIDs, people.count)])
            let owners = try await users(.externalIDs(page.map(\.id.text)))
            let owned = Set(owners.compactMap(\.externalID))
            let others = page.filter { !owned.contains($0.id.text) }.compactMap(\.clerkUser?.text)
            comparison.compare(page, owners: owners, linked: others.isEmpty ? [] : try await users(.userIDs(others)))
        }
        return comparison
    }
}
