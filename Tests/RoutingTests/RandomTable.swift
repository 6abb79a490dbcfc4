import HTTP
import Settings

/// Tables and requests at random.
enum RandomTable {
    static func settings(_ random: inout Xorshift) -> Settings {
        var lines: Set<String> = []
        for _ in 0..<Int.random(in: 1...14, using: &random) {
            let methods = pick(["-", "-", "GET", "POST", "HEAD", "GET,POST"], &random)
            let host = pick(["-", "-", "-", "x.test", "*.test", "*.x.test", "y.x.test"], &random)
            lines.insert("\(methods) \(host) \(path(&random, isPattern: true))")
        }
        let routes = lines.sorted()
        let insensitive = Set(routes.indices.filter { _ in random.next() % 4 == 0 })
        return withoutTies(RouteLines.settings(routes, caseInsensitive: insensitive))
    }

    static func request(_ random: inout Xorshift) -> (path: String, host: String, method: Method) {
        let method = pick([Method.get, .head, .post, .put], &random)
        return (path(&random, isPattern: false), pick(["x.test", "y.x.test", "z.y.x.test", "test"], &random), method)
    }

    private static func path(_ random: inout Xorshift, isPattern: Bool) -> String {
        var path = ""
        for index in 0..<Int.random(in: 0...3, using: &random) {
            let isParameter = isPattern && random.next() % 4 == 0
            path += "/" + (isParameter ? "{p\(index)}" : pick(["a", "A", "b", "c"], &random))
        }
        if isPattern, random.next() % 3 == 0 { return path + "/*" }
        return path.isEmpty || random.next() % 4 == 0 ? path + "/" : path
    }

    private static func pick<T>(_ choices: [T], _ random: inout Xorshift) -> T {
        choices[Int(random.next() % UInt64(choices.count))]
    }

    /// Keeps the first of routes that settings would refuse as tied.
    private static func withoutTies(_ settings: Settings) -> Settings {
        var result = settings
        var seen: Set<String> = []
        result.routes = settings.routes.filter { route in
            var shape = route.match.path
            while shape.count > 1, shape.hasSuffix("/") { shape.removeLast() }
            if route.origin == 1 { shape = "i" + shape.lowercased() }
            let methods = route.match.methods.isEmpty ? ["-"] : route.match.methods.map(\.name)
            let keys = methods.map { "\($0) \(route.match.host ?? "-") \(shape)" }
            guard seen.isDisjoint(with: keys) else { return false }
            seen.formUnion(keys)
            return true
        }
        return result
    }
}
