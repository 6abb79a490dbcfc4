import Authentication
import HTTP
import Routing
import Settings

/// What a route's settings mean for a request, worked out once per version of the settings. A class, so that a request
/// carries one reference and not a copy of everything that a route can say.
final class RoutePlan: Sendable {
    /// Index into `Settings.routes`, and so into the counters.
    let index: Int
    let name: String
    let mode: Mode
    let isOptional: Bool
    let canary: Canary?
    let denyStatus: Status
    /// Index into `Settings.origins`; `nil` only for `deny` and where Segue answers.
    let origin: Int?
    /// Whether Segue answers itself, with how far the migration is.
    let tellsStatus: Bool
    /// Host and port of the origin's first server.
    let originAuthority: String
    let credentials: Route.CredentialForwarding
    /// Whether Clerk's token may stand in the query or a subprotocol of a handshake.
    let upgrade: UpgradeTokens?
    let errors: Route.ErrorProfile
    let query: QueryRewriter
    /// `nil`: the path that was matched is the one that is forwarded.
    let ownSegments: OwnSegments?
    /// `nil`: nothing but the query is compared with the caller.
    let requirements: Requirements?
    /// Where callers from Clerk get a credential of the origin's own kind; `nil` where none is made.
    let mintPlace: MintPlace?
    var mints: Bool { mintPlace != nil }
    /// `nil`: CORS is the origin's own matter.
    let crossOrigin: CrossOrigin?
    /// The route was matched by its methods, so nothing may change the method behind it.
    let namesMethods: Bool
    let bodyBytesMax: Int64
    let timeouts: Timeouts
    /// Those of the settings that the route is from: a request keeps them while others are adopted.
    let limits: Limits

    init(_ route: Route, at index: Int, in settings: Settings, crossOrigin: CrossOrigin?) {
        (self.index, name, mode, isOptional) = (index, route.name, route.mode, route.optional)
        tellsStatus = route.answer == .migrationStatus
        (denyStatus, origin, credentials, errors) = (route.denyStatus, route.origin, route.credentials, route.errors)
        let looksForClerk = route.modes.contains { $0 == .observe || $0 == .dual || $0 == .clerk }
        upgrade = looksForClerk && !route.upgradeFrom.isEmpty ? UpgradeTokens(route.upgradeFrom) : nil
        // Without a caller there is nothing to set or to compare: the request is forwarded as it was sent.
        let identifies = route.mode.identifies
        query = QueryRewriter(set: identifies ? route.setQuery : [], require: identifies ? route.requireQuery : [])
        ownSegments = identifies ? OwnSegments(route) : nil
        requirements = identifies ? Requirements(route) : nil
        let mints = route.modes.contains { $0 == .dual || $0 == .clerk }
        mintPlace = mints ? route.mint.map { MintPlace($0.place) } : nil
        self.crossOrigin = crossOrigin
        canary = Canary(route)
        originAuthority = route.origin.flatMap { settings.origins[$0].servers.first }.map { "\($0.host):\($0.port)" } ?? ""
        namesMethods = !route.match.methods.isEmpty
        limits = settings.limits
        bodyBytesMax = route.limits.bodyBytes ?? settings.limits.bodyBytes
        timeouts = route.timeouts ?? route.origin.map { settings.origins[$0].timeouts } ?? Timeouts()
    }
}
