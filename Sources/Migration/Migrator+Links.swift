import Authentication
import Identity

// Whom Clerk has is noted and linked.
extension Migrator {
    /// Of somebody who was found: ours to take back only where Clerk says that a run of ours created them.
    func finish(_ person: ClaimedPerson, _ user: ClerkUser) async throws(MigrationHalt) {
        try await finish(person, user.id, isOurs: user.isOurs)
    }

    func finish(_ person: ClaimedPerson, _ clerkUser: ClerkUserID, isOurs: Bool) async throws(MigrationHalt) {
        try await kept { () async throws(Unavailable) in try await store.note(person.id, is: clerkUser, isOurs: isOurs, at: now()) }
        if isOurs { tally.created += 1 } else { tally.found += 1 }
        try await link(person, clerkUser)
    }

    func link(_ person: ClaimedPerson, _ clerkUser: ClerkUserID) async throws(MigrationHalt) {
        var (attempt, refusals) = (1, 0)
        while true {
            do throws(Unavailable) {
                guard let settlement = try await store.link(person.id, clerkUser, at: now()) else { return }
                return count(settlement, of: person)
            } catch {
                guard attempt < MigrationLimits.storeAttempts, mayGoOn else { throw .directory(error) }
                // A trigger or a constraint may refuse this very row, while the database is well. One that is slow refuses nobody,
                // and one that was away may be back before it is asked.
                let isRefusal = if error == .timedOut { false } else { await isDatabaseThere() }
                refusals = isRefusal ? refusals + 1 : 0
                if refusals == MigrationLimits.linkAttempts {
                    return try await settle(person, Settlement(.conflict, code: "database_refused"))
                }
            }
            attempt += 1
            await pace.pause(milliseconds: 1_000)
        }
    }

    private func isDatabaseThere() async -> Bool {
        do throws(Unavailable) {
            _ = try await store.isAnybodyOpen()
            return true
        } catch {
            return false
        }
    }
}
