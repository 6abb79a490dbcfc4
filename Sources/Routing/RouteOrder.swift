internal import HTTP
package import Settings

extension RouteTable {
    /// The routes from the most to the least specific, which is the order in which they are tried; for people.
    package static func order(of settings: Settings) -> [Int] {
        let ranks = settings.routes.map { rank($0) }
        return settings.routes.indices.sorted { ranks[$0].lexicographicallyPrecedes(ranks[$1]) }
    }

    /// Texts that sort like the routes: hosts first, then segment by segment, then methods.
    private static func rank(_ route: Route) -> [String] {
        let host =
            switch route.match.host {
            case nil: "2"
            case .some(let host) where host.hasPrefix("*."): "1" + fixedWidth(1000 - host.utf8.count) + host
            case .some(let host): "0" + host
            }
        guard let pattern = try? PathPattern(route.match.path) else { return [host] }
        let segments = pattern.segments.map { segment in
            switch segment {
            case .literal(let text): "1" + text
            case .parameter: "2"
            }
        }
        return [host] + segments + [
            pattern.matchesRest ? "3" : "0", route.match.methods.isEmpty ? "1" : "0" + route.match.methods[0].name,
        ]
    }

    private static func fixedWidth(_ number: Int) -> String { String(number + 10_000) }
}
