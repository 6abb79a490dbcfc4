package import Identity
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
    package let mode: String
    package init(name: String, mode: String) { (self.name, self.mode) = (name, mode) }
}

/// What the admin listener tells; the process answers.
package protocol AdminSource: Sendable {
    func health() async -> Health
    func metrics() async -> String
    func routes() async -> [RouteReport]
    /// `nil` when the directory cannot be asked now, or there is none.
    func migrationCounts() async -> MigrationCounts?
    var version: String { get }
    /// What opens `/admin/…` now; `nil`: nothing does.
    var adminToken: Secret? { get }
}
