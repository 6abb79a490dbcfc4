package import Authentication
package import Settings
package import Telemetry

/// Modes of routes that were set while Segue runs, for every replica to follow.
extension DirectoryThread {
    package func overrides() async throws(Unavailable) -> [RouteOverride] {
        try await ask(readers) { session throws(DirectoryError) in try await session.overrides() }
    }

    package func set(_ overrides: [RouteOverride]) async throws(Unavailable) {
        try await ask(writers, within: Limits.linkMilliseconds) { session throws(DirectoryError) in
            try await session.set(overrides)
        }
        noteUnsealed()
    }

    /// Whether there was one.
    @discardableResult
    package func remove(_ override: RouteOverride, by actor: String, at time: UnixTime) async throws(Unavailable) -> Bool {
        let removed = try await ask(writers, within: Limits.linkMilliseconds) { session throws(DirectoryError) in
            try await session.remove(override, by: actor, at: time)
        }
        noteUnsealed()
        return removed
    }

    /// Who has no old credential to go back to. It reads the whole table.
    package func stranded() async throws(Unavailable) -> StrandedUsers {
        try await ask(readers) { session throws(DirectoryError) in try await session.stranded() }
    }
}
