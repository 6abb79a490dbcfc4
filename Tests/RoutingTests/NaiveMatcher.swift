import HTTP
import Settings

/// The rules of matching said a second time, slowly: every route that matches, and then the best of them.
struct NaiveMatcher {
    private let settings: Settings
    init(_ settings: Settings) { self.settings = settings }

    func match(_ path: String, host: String, method: Method) -> Int? {
        var best: (rank: [Int], index: Int)?
        for (index, route) in settings.routes.enumerated() {
            guard let rank = rank(route, path, host, method) else { continue }
            if let known = best, !rank.lexicographicallyPrecedes(known.rank) { continue }
            best = (rank, index)
        }
        return best?.index
    }

    /// Smaller is better; `nil` does not match.
    private func rank(_ route: Route, _ path: String, _ host: String, _ method: Method) -> [Int]? {
        guard let hostRank = hostRank(route.match.host, host), let pathRank = pathRank(route, path),
            let methodRank = methodRank(route.match.methods, method)
        else { return nil }
        return [hostRank] + pathRank + [methodRank]
    }

    private func hostRank(_ pattern: String?, _ host: String) -> Int? {
        guard let pattern else { return 1000 }
        if pattern == host { return 0 }
        guard pattern.hasPrefix("*."), host.hasSuffix(pattern.dropFirst()), host.count > pattern.count - 1 else { return nil }
        return 1000 - pattern.count
    }

    /// Per segment 0 literal, 1 literal in another case, 2 parameter, 3 the rest; the end of a path is better than a rest.
    private func pathRank(_ route: Route, _ path: String) -> [Int]? {
        let ignoresCase = route.origin.map { settings.origins[$0].caseInsensitivePaths } ?? false
        var pattern = route.match.path.split(separator: "/")
        let hasRest = pattern.last == "*"
        if hasRest { pattern.removeLast() }
        let segments = path.split(separator: "/")
        guard segments.count == pattern.count || hasRest && segments.count > pattern.count else { return nil }
        var rank: [Int] = []
        for (want, have) in zip(pattern, segments) {
            if want.hasPrefix("{") {
                rank.append(2)
            } else if ignoresCase, want.lowercased() == have.lowercased() {
                rank.append(1)
            } else if !ignoresCase, want == have {
                rank.append(0)
            } else {
                return nil
            }
        }
        return rank + [hasRest ? 3 : -1]
    }

    private func methodRank(_ methods: [Method], _ method: Method) -> Int? {
        if methods.isEmpty { return 2 }
        if methods.contains(method) { return 0 }
        return method == .head && methods.contains(.get) ? 1 : nil
    }
}
