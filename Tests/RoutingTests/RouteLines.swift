import HTTP
import Settings

/// Settings with nothing but routes, each said in a line.
enum RouteLines {
    /// `METHODS HOST PATH` in each line; `-` is none.
    static func settings(_ lines: [String], caseInsensitive: Set<Int> = [], encodedSlash: Set<Int> = []) -> Settings {
        var settings = Settings()
        for isInsensitive in [false, true] {
            var origin = Origin(name: "o", servers: [.init(host: "127.0.0.1", port: 9000)])
            origin.caseInsensitivePaths = isInsensitive
            settings.origins.append(origin)
        }
        for (index, line) in lines.enumerated() {
            let parts = line.split(separator: " ").map(String.init)
            let methods = parts[0] == "-" ? [] : parts[0].split(separator: ",").map { Method(String($0)) }
            let match = Route.Match(host: parts[1] == "-" ? nil : parts[1], path: parts[2], methods: methods)
            var route = Route(name: "r\(index)", match: match, origin: caseInsensitive.contains(index) ? 1 : 0, mode: .public)
            route.encodedSlash = encodedSlash.contains(index)
            settings.routes.append(route)
        }
        return settings
    }
}
