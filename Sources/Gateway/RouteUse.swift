import Sockets

/// Which credentials the requests of one route have come with since the worker began.
package struct RouteUse: Sendable, Hashable {
    package let route: String
    package let legacy: UInt64
    package let clerk: UInt64

    package init(route: String, legacy: UInt64, clerk: UInt64) { (self.route, self.legacy, self.clerk) = (route, legacy, clerk) }
}

extension Worker {
    /// Asked for from another loop; `nil` where the worker does not answer in time.
    package func use() async -> [RouteUse]? {
        await Sockets.ask(timeoutMilliseconds: 1000) { reply in
            loop.post { [self] in
                reply(
                    zip(generation.plan.routes, counters.routes).map { route, traffic in
                        RouteUse(route: route.name, legacy: traffic.byLegacyAlone, clerk: traffic.byClerk)
                    })
            }
        }
    }
}
