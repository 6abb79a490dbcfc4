package import Identity
package import Settings
package import Telemetry

/// Whether the process can do its work, and what stands in the way. Losing the database or Clerk for a while makes it
/// degraded and not unready: people whose tokens and rows are known still pass, and a balancer that took every replica
/// away would log all of them out.
package struct Health: Sendable {
    package enum State: String, Sendable {
        case ready
        /// It serves, and something that some requests need is away.
        case degraded
        /// Something that every identified request needs has never been there.
        case starting
        case draining
    }

    package struct Cause: Sendable {
        /// A stable word: `keys_missing`, `keys_stale`, `directory_away`, `settings_broken`, …
        package let code: String
        package let text: String
        package init(_ code: String, _ text: String) { (self.code, self.text) = (code, text) }
    }

    package var state: State
    package var causes: [Cause]

    package init(state: State, causes: [Cause]) { (self.state, self.causes) = (state, causes) }

    package var isReady: Bool { state == .ready || state == .degraded }
}

/// A route as `/admin/routes` and `/readyz` show it.
package struct RouteReport: Sendable {
    package let name: String
    /// The mode in force.
    package let mode: String
    /// What the file says.
    package let file: String
    package var canary: (mode: String, percent: Int)?
    /// Where it is not the file's mode that is in force.
    package var override: RouteOverride?

    package init(name: String, mode: String, file: String) { (self.name, self.mode, self.file) = (name, mode, file) }
}

/// How often a mode would have come, or came in a canary, to an outcome.
package struct VerdictCount: Sendable, Hashable {
    package let mode: String
    package let outcome: String
    package let count: UInt64
    package init(mode: String, outcome: String, count: UInt64) { (self.mode, self.outcome, self.count) = (mode, outcome, count) }
}

/// What the admin listener tells; the process answers.
package protocol AdminSource: Sendable {
    func health() async -> Health
    func metrics() async -> String
    func routes() async -> [RouteReport]
    /// What each mode came to, by route.
    func verdicts() async -> [String: [VerdictCount]]
    /// `nil` when the directory cannot be asked now, or there is none.
    func migrationCounts() async -> MigrationCounts?
    var version: String { get }
    /// What opens `/admin/…` now; `nil`: nothing does.
    var adminToken: Secret? { get }
}
