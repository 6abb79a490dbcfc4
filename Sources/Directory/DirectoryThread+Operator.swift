package import Authentication
package import Identity
package import Telemetry

/// A refusal to link that waits for a person: one for each Clerk user, candidate and code.
package struct Review: Sendable, Hashable {
    package let clerkUser: ClerkUserID
    /// The row that it was about, if there was one.
    package let candidate: UserID?
    /// Of `LinkRefusal`.
    package let code: String
    /// UTC, as the database prints it.
    package let first: String
    package let last: String
    package let count: Int
}

package enum UnlinkOutcome: Sendable, Hashable {
    case unlinked(ClerkUserID)
    case notLinked, noSuchUser
    /// The id of the row is the Clerk user id: there is no link to take away.
    case idIsClerkUser
    /// The database holds to it that every row has one.
    case linkRequired
}

extension DirectoryThread {
    package func migrationCounts() async throws(Unavailable) -> MigrationCounts {
        try await ask(readers) { session throws(DirectoryError) in try await session.migrationCounts() }
    }

    /// For a command, before it ends: its process would not live to seal what it wrote, and nobody else may run. What cannot be sealed
    /// now waits for the next sealer.
    package func sealLedger() async {
        do throws(Unavailable) {
            while try await ask(
                writers, within: Limits.linkMilliseconds, { session throws(DirectoryError) in try await session.seal() })
                > 0
            {}
        } catch {}
    }

    package func reviews(most count: Int) async throws(Unavailable) -> [Review] {
        try await ask(readers) { session throws(DirectoryError) in try await session.reviews(most: count) }
    }

    package func dismiss(_ clerkUser: ClerkUserID, _ note: OperatorNote, at time: UnixTime) async throws(Unavailable) -> Int {
        try await ask(writers, within: Limits.linkMilliseconds) { session throws(DirectoryError) in
            try await session.dismiss(clerkUser, note, at: time)
        }
    }

    package func unlink(_ user: UserID, _ note: OperatorNote, at time: UnixTime) async throws(Unavailable) -> UnlinkOutcome {
        try await ask(writers, within: Limits.linkMilliseconds) { session throws(DirectoryError) in
            try await session.unlink(user, note, at: time)
        }
    }
}
