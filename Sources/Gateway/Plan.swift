import Authentication
import Identity
import JOSE
import Migration
import Routing
package import Settings
package import Snapshot
package import Sockets

/// Settings with all that is worked out from them once: immutable, shared by all workers, replaced as a whole when the
/// settings change.
package final class Plan: Sendable {
    package let settings: Settings
    package let services: Services
    let table: RouteTable
    /// By index into `settings.routes`.
    let routes: [RoutePlan]
    let limits: Limits
    let logsAccess: Bool
    let canonicalizer: PathCanonicalizer
    let filter: FieldFilter
    /// `nil`: CORS is the origins' own matter.
    let crossOrigin: CrossOrigin?
    let ownPages: OwnPages
    /// Whether any request is answered without a route's being asked.
    let answersItself: Bool
    /// By index into `settings.origins`: the addresses of its servers.
    package let origins: [Published<[Address]>]

    /// - Parameter origins: kept up to date by a resolver, in the order of `settings.origins`.
    package init(_ settings: Settings, services: Services, origins: [Published<[Address]>]) {
        (self.settings, self.services, self.origins) = (settings, services, origins)
        table = RouteTable(settings)
        let crossOrigin = settings.cors.map { CrossOrigin($0) }
        routes = settings.routes.enumerated().map { RoutePlan($1, at: $0, in: settings, crossOrigin: crossOrigin) }
        (self.crossOrigin, ownPages) = (crossOrigin, OwnPages(settings))
        answersItself = crossOrigin != nil || !ownPages.isEmpty
        (limits, logsAccess) = (settings.limits, settings.log.access)
        canonicalizer = PathCanonicalizer(settings.path)
        filter = FieldFilter(
            settings.identity, minted: routes.compactMap { $0.mintPlace?.field },
            unproved: settings.legacy.filter(\.insecure).flatMap(\.from).compactMap(\.field))
    }
}
