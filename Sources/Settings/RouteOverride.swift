package import Telemetry

/// A route's mode as somebody has set it while Segue runs (`segue flip --live`): a row in the directory, which every replica
/// follows. The file stays the base, so that an override speaks only while the file says what it was made against.
package struct RouteOverride: Sendable, Hashable {
    package let route: String
    package let mode: Mode
    /// What the file said.
    package let base: Mode
    package let actor: String
    package let made: UnixTime
    package let expires: UnixTime?

    package init(route: String, mode: Mode, base: Mode, actor: String, made: UnixTime, expires: UnixTime?) {
        (self.route, self.mode, self.base) = (route, mode, base)
        (self.actor, self.made, self.expires) = (actor, made, expires)
    }

    package enum Standing: Sendable, Hashable {
        case inForce
        case expired
        /// The file says the same by now.
        case fileAgrees
        /// The file says something else than when it was made.
        case baseChanged(Mode)
        case noRoute
        /// These settings lack what the mode needs.
        case impossible(String)

        /// Whether it will never be in force again.
        package var isOver: Bool {
            switch self {
            case .expired, .fileAgrees, .baseChanged: true
            case .inForce, .noRoute, .impossible: false
            }
        }
    }

    package func standing(in settings: Settings, at now: UnixTime) -> Standing {
        guard let named = settings.routes.first(where: { $0.name == route }) else { return .noRoute }
        if let expires, expires <= now { return .expired }
        if named.mode == mode { return .fileAgrees }
        guard named.mode == base else { return .baseChanged(named.mode) }
        return settings.obstacle(to: mode, on: named).map { .impossible($0) } ?? .inForce
    }
}

extension RouteOverride.Standing: CustomStringConvertible {
    package var description: String {
        switch self {
        case .inForce: "in force"
        case .expired: "its time is over"
        case .fileAgrees: "the file says the same"
        case .baseChanged(let mode): "the file has changed, to \(mode.rawValue)"
        case .noRoute: "the file has no such route"
        case .impossible(let reason): reason
        }
    }
}

extension Settings {
    /// What stands between a route and a mode that the file does not give it.
    package func obstacle(to mode: Mode, on route: Route) -> String? {
        if route.answer != nil, !mode.identifies, mode != .deny { return "Segue answers there, and must know whom" }
        if mode != .deny, route.origin == nil, route.answer == nil { return "the route has no origin" }
        guard mode.identifies else { return nil }
        guard let directory else { return "there is no directory" }
        if mode != .clerk, legacy.isEmpty { return "there are no old credentials" }
        guard mode != .legacy else { return nil }
        guard let clerk else { return "there is no clerk section" }
        if clerk.secretKey == nil, directory.users.clerkUserID != directory.users.id { return "there is no clerk.secretKey" }
        return directory.users.clerkUserID == nil && directory.mapping == nil ? "there is no place for links" : nil
    }

    /// With these in force. They also end a canary: whoever sets a mode by hand means everybody.
    package func overridden(by overrides: [RouteOverride]) -> Settings {
        var settings = self
        for override in overrides {
            guard let index = routes.firstIndex(where: { $0.name == override.route }) else { continue }
            settings.routes[index].mode = override.mode
            settings.routes[index].canary = nil
        }
        return settings
    }
}
