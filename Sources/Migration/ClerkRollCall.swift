package import Authentication

/// Looks who of those that would be created is in Clerk already: two calls for each hundred, one after the other.
package struct ClerkRollCall: Sendable {
    /// Somebody whom the rules would have created.
    package struct Person: Sendable {
        package let id: UserID
        package let email: String?

        package init(id: UserID, email: String?) { (self.id, self.email) = (id, email) }
    }

    private let clerk: any ClerkUserAdmin
    /// Returns when another call may be made; `seconds` after a 429.
    private let turn: @Sendable (_ afterSeconds: Int) async -> Void

    package init(_ clerk: any ClerkUserAdmin, turn: @escaping @Sendable (_ afterSeconds: Int) async -> Void) {
        (self.clerk, self.turn) = (clerk, turn)
    }

    /// Notes them in the lint. Returns why Clerk could not be asked; what was learned before stands.
    package func call(_ people: [Person], into lint: inout MigrationLint) async -> String? {
        for start in stride(from: 0, to: people.count, by: MigrationLimits.lookUpIDs) {
            let page = people[start..<min(start + MigrationLimits.lookUpIDs, people.count)]
            let there: [ClerkUser]
            switch await users(.externalIDs(page.map(\.id.text))) {
            case .success(let users): there = users
            case .failure(let reason): return reason.words
            }
            let ids = Set(there.compactMap(\.externalID))
            for person in page where ids.contains(person.id.text) { lint.note(.inClerk, of: person.id) }
            // Who is there by id has the address too.
            let others = page.filter { !ids.contains($0.id.text) }
            let addresses = others.compactMap(\.email)
            if addresses.isEmpty { continue }
            switch await users(.emailAddresses(addresses)) {
            case .failure(let reason): return reason.words
            case .success(let users):
                let taken = Set(users.flatMap(\.emailAddresses).map { EmailAddress.folded($0.address) })
                for person in others where person.email.map({ taken.contains(EmailAddress.folded($0)) }) ?? false {
                    lint.note(.emailInClerk, of: person.id)
                }
            }
        }
        return nil
    }

    private struct Reason: Error { let words: String }

    private func users(_ lookUp: ClerkLookUp) async -> Result<[ClerkUser], Reason> {
        var seconds = 0
        for _ in 0..<MigrationLimits.rounds {
            await turn(seconds)
            switch await clerk.users(lookUp) {
            case .users(let users): return .success(users)
            case .limited(let wait): seconds = wait
            case .failed(let words), .hopeless(let words): return .failure(Reason(words: words))
            }
        }
        return .failure(Reason(words: "status 429, again and again"))
    }
}
