import Authentication
import Settings
import HTTP
package import Telemetry

/// What one worker has counted since its settings were adopted. Only the worker writes; `/metrics` asks each worker for
/// a copy through its loop, so that counting costs an addition and no atomics.
package struct Counters: Sendable {
    /// The traffic of one route.
    package struct Traffic: Sendable {
        /// By status class: index 1 is 1xx, 5 is 5xx; 0 is a client that went away.
        package var responses = [UInt64](repeating: 0, count: 6)
        package var duration = Histogram()
        /// By code of the refusal; short, because codes are few.
        package var refusals: [String: UInt64] = [:]
        /// What each side's credentials came to, by `Standing`.
        package var clerk = [UInt64](repeating: 0, count: Standing.allCases.count)
        package var legacy = [UInt64](repeating: 0, count: Standing.allCases.count)
        /// Requests whose only good credential was an old one, and those with a good one of Clerk's.
        package var byLegacyAlone: UInt64 = 0
        package var byClerk: UInt64 = 0
        /// Requests that passed by a credential that proves nothing.
        package var unproved: UInt64 = 0
        /// Requests whose caller was proved to be another than an unproved credential said.
        package var contradicted: UInt64 = 0
        /// In `observe`: what each mode would have done, by mode and outcome.
        package var observed: [ObservedResult: UInt64] = [:]
        /// Of callers in a canary's sample: what the route's mode decided, and the canary's.
        package var canary: [ObservedResult: UInt64] = [:]
    }

    package struct ObservedResult: Hashable, Sendable {
        package let mode: String
        package let outcome: String
        package init(mode: String, outcome: String) { (self.mode, self.outcome) = (mode, outcome) }
    }

    /// By index into `Settings.routes`; the last is for requests without a route.
    package var routes: [Traffic]
    /// Which credentials the requests of routes came with that the settings have no more.
    package private(set) var goneRoutes: [String: (legacy: UInt64, clerk: UInt64)] = [:]
    package var connectionsAccepted: UInt64 = 0
    package var connectionsRefused: UInt64 = 0
    package var connectionsOpen = 0
    package var tunnelsOpen = 0
    /// Because their Clerk session was over.
    package var tunnelsEnded: UInt64 = 0
    /// Requests on routes in `observe` that are over and not judged yet.
    package var observationsOpen = 0
    package var strippedFields: UInt64 = 0
    /// Of the worker's memory of tokens.
    package var tokenHits: UInt64 = 0
    package var tokenMisses: UInt64 = 0
    /// Events of Clerk's, by type and outcome.
    package private(set) var webhooks: [WebhookResult: UInt64] = [:]
    /// Of invitations, by what became of them.
    package private(set) var invitations: [String: UInt64] = [:]
    /// From what happened to its being acted on.
    package var webhookLag = Histogram()
    /// How often the wall clock was set while the worker ran.
    package var clockSteps: UInt64 = 0

    /// Routes of one name keep their counts across a change of the settings: a counter that falls looks like a restart.
    mutating func adoptRoutes(from old: Settings, to new: Settings) {
        var traffic = [Traffic](repeating: Traffic(), count: new.routes.count + 1)
        for (index, route) in new.routes.enumerated() {
            if let before = old.routes.firstIndex(where: { $0.name == route.name }) {
                traffic[index] = routes[before]
            } else if let gone = goneRoutes.removeValue(forKey: route.name) {
                (traffic[index].byLegacyAlone, traffic[index].byClerk) = gone
            }
        }
        let kept = Set(new.routes.map(\.name))
        for (route, last) in zip(old.routes, routes) where !kept.contains(route.name) && last.byLegacyAlone + last.byClerk > 0 {
            goneRoutes[route.name] = (last.byLegacyAlone, last.byClerk)
        }
        traffic[new.routes.count] = routes[old.routes.count]
        routes = traffic
    }

    /// A request of a route that went while the request was under way.
    mutating func countGone(_ route: String, byClerk: Bool) {
        var gone = goneRoutes[route] ?? (0, 0)
        if byClerk { gone.clerk += 1 } else { gone.legacy += 1 }
        goneRoutes[route] = gone
    }

    package struct WebhookResult: Hashable, Sendable {
        package let type: String
        package let outcome: String
    }

    mutating func count(webhook type: String, _ outcome: String) {
        webhooks[WebhookResult(type: type, outcome: outcome), default: 0] += 1
    }

    mutating func count(invitation outcome: String) { invitations[outcome, default: 0] += 1 }

    package init(routeCount: Int) { routes = [Traffic](repeating: Traffic(), count: routeCount + 1) }
}
