import Routing
import Settings

/// What a route's settings mean for a request, worked out once per version of the settings.
struct RouteRules: Sendable {
    let query: QueryRewriter
    /// The route was matched by its methods, so nothing may change the method behind it.
    let namesMethods: Bool
    let bodyBytesMax: Int64

    init(_ route: Route, _ settings: Settings) {
        query = QueryRewriter(set: route.setQuery, require: route.requireQuery)
        namesMethods = !route.match.methods.isEmpty
        bodyBytesMax = route.limits.bodyBytes ?? settings.limits.bodyBytes
    }
}
