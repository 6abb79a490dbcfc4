package import Telemetry

/// The overrides that one process knows of, and what it makes of them. What is over stays over for the life of the process,
/// also when the file changes back; its row is removed a while later, so that replicas whose file is still the old one do not
/// fall back meanwhile.
package struct LiveModes: Sendable {
    /// How long a rolling change of the file may take.
    package static let graceSeconds: Int64 = 600

    /// The rows as they were read last; `nil`: never.
    package private(set) var rows: [RouteOverride]?
    package private(set) var inForce: [RouteOverride] = []
    /// What will never be in force again here, and since when.
    private var over: [RouteOverride: UnixTime] = [:]
    /// What has been said of the rest.
    private var told: [RouteOverride: RouteOverride.Standing] = [:]

    package init() {}

    package struct Change: Sendable, Hashable {
        package let override: RouteOverride
        package let standing: RouteOverride.Standing
    }

    /// - Parameter read: `nil` where the directory could not be asked: what was read last still counts.
    /// - Returns: what is new, for the log.
    package mutating func settle(_ read: [RouteOverride]?, with settings: Settings, at now: UnixTime) -> [Change] {
        if let read {
            rows = read
            over = over.filter { read.contains($0.key) }
            told = told.filter { read.contains($0.key) }
        }
        var changes: [Change] = []
        inForce = []
        for row in rows ?? [] where over[row] == nil {
            let standing = row.standing(in: settings, at: now)
            if standing == .inForce { inForce.append(row) }
            if standing.isOver { over[row] = now }
            if told.updateValue(standing, forKey: row) != standing { changes.append(Change(override: row, standing: standing)) }
        }
        return changes
    }

    /// Rows that no replica needs any more.
    package func toRemove(at now: UnixTime) -> [RouteOverride] {
        over.filter { $0.value.adding(seconds: Self.graceSeconds) <= now }.map(\.key).sorted { $0.route < $1.route }
    }
}
