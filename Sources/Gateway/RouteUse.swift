import Settings
import Sockets

/// Which credentials the requests of one route have come with since the worker began.
package struct RouteUse: Sendable, Hashable {
    package let route: String
    package let legacy: UInt64
    package let clerk: UInt64
    /// Whether credentials are judged there now, so that their absence tells something.
    package let isWatched: Bool

    package init(route: String, legacy: UInt64, clerk: UInt64, isWatched: Bool) {
        (self.route, self.legacy, self.clerk, self.isWatched) = (route, legacy, clerk, isWatched)
    }
}

extension Worker {
    /// Asked for from another loop; `nil` where the worker does not answer in time.
    package func use() async -> [RouteUse]? {
        await Sockets.ask(timeoutMilliseconds: 1000) { reply in
            loop.post { [self] in
                let served = zip(generation.plan.routes, counters.routes).map { route, traffic in
                    RouteUse(
                        route: route.name, legacy: traffic.byLegacyAlone, clerk: traffic.byClerk,
                        isWatched: route.mode.judgesCredentials)
                }
                let gone = counters.goneRoutes.map { route, use in
                    RouteUse(route: route, legacy: use.legacy, clerk: use.clerk, isWatched: false)
                }
                reply(served + gone)
            }
        }
    }
}
