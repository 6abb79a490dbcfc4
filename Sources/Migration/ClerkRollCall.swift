package import Authentication

/// Looks who of those that would be created is in Clerk already: two calls for each hundred, one after the other.
package struct ClerkRollCall: Sendable {
    /// Somebody whom the rules would have created.
    package struct Person: Sendable {
        package let id: UserID
        package let email: String?

        package init(id: UserID, email: String?) { (self.id, self.email) = (id, email) }
    }

    private let clerk: ClerkCalls

    package init(_ clerk: ClerkCalls) { self.clerk = clerk }

    /// Notes them in the lint. Returns why Clerk could not be asked; what was learned before stands.
    package func call(_ people: [Person], into lint: inout MigrationLint) async -> String? {
        do throws(ClerkCallFailure) { try await note(people, in: &lint) } catch { return error.words }
        return nil
    }

    private func note(_ people: [Person], in lint: inout MigrationLint) async throws(ClerkCallFailure) {
        for start in stride(from: 0, to: people.count, by: MigrationLimits.lookUpIDs) {
            let page = people[start..<min(start + MigrationLimits.lookUpIDs, people.count)]
            let there = try await clerk.users(.externalIDs(page.map(\.id.text)))
            let ids = Set(there.compactMap(\.externalID))
            for person in page where ids.contains(person.id.text) { lint.note(.inClerk, of: person.id) }
            // Who is there by id has the address too.
            let others = page.filter { !ids.contains($0.id.text) }
            let addresses = others.compactMap(\.email)
            if addresses.isEmpty { continue }
            let holders = try await clerk.users(.emailAddresses(addresses))
            let taken = Set(holders.flatMap(\.emailAddresses).map { EmailAddress.folded($0.address) })
            for person in others where person.email.map({ taken.contains(EmailAddress.folded($0)) }) ?? false {
                lint.note(.emailInClerk, of: person.id)
            }
        }
    }
}
