internal import Settings
internal import Telemetry

/// A file's settings with what is set over it.
struct EffectiveSettings: Sendable {
    let settings: Settings
    /// Those that are in force.
    let overrides: [RouteOverride]
    /// Why it is not known what is set over the file, if so.
    let outage: String?

    init(_ file: Settings, _ rows: [RouteOverride], at now: UnixTime, outage: String? = nil) {
        overrides = rows.filter { $0.standing(in: file, at: now) == .inForce }
        (settings, self.outage) = (file.overridden(by: overrides), outage)
    }

    func override(of route: Route) -> RouteOverride? { overrides.first { $0.route == route.name } }
}
