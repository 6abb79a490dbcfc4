package import Authentication
package import Migration
import Snapshot

/// Clerk's users, in memory.
package final class FakeClerkUsers: ClerkUsers {
    private struct State: Sendable {
        var users: [ClerkUserID: ClerkUser] = [:]
        var outage: ClerkUsersFailure?
        var reads = 0
    }

    private let state = Guarded(State())

    package init(_ users: [ClerkUser] = []) {
        for user in users { add(user) }
    }

    package var reads: Int { state.withLock { $0.reads } }
    package func add(_ user: ClerkUser) { state.withLock { $0.users[user.id] = user } }
    package func fail(_ outage: ClerkUsersFailure?) { state.withLock { $0.outage = outage } }

    package func user(_ id: ClerkUserID) async throws(ClerkUsersFailure) -> ClerkUser? {
        // Lets the other tasks of a test run in between, as a real call would.
        await Task.yield()
        let result: Result<ClerkUser?, ClerkUsersFailure> = state.withLock { state in
            state.reads += 1
            if let outage = state.outage { return .failure(outage) }
            return .success(state.users[id])
        }
        return try result.get()
    }
}

extension ClerkUser {
    /// A user with one primary address, verified by a code unless said otherwise.
    package init(
        _ id: String, email: String?, status: ClerkEmailAddress.Status = .verified, strategy: String? = "email_code",
        externalID: String? = nil, secondary: [String] = [], isBanned: Bool = false
    ) {
        let verification = ClerkEmailAddress.Verification(status: status, strategy: strategy)
        let primary = email.map { ClerkEmailAddress(address: $0, verification: verification) }
        let others = secondary.map { ClerkEmailAddress(address: $0, verification: verification) }
        self.init(
            id: ClerkUserID(id), externalID: externalID, primaryEmail: primary,
            emailAddresses: (primary.map { [$0] } ?? []) + others,
            isBanned: isBanned)
    }
}
