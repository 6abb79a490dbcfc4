import HTTP

extension Relations {
    /// Two routes that are equally good for some request: nothing would decide between them.
    func checkTies(_ settings: Settings, _ entries: [Entry]) {
        var seen: [RouteShape: Int] = [:]
        for (index, route) in settings.routes.enumerated() {
            for shape in RouteShape.all(of: route, in: settings) {
                guard let first = seen.updateValue(index, forKey: shape), first != index else { continue }
                problems.error(
                    entries[index]["match"] ?? entries[index],
                    found: "what route \"\(settings.routes[first].name)\" already matches",
                    expected: "another path, host or method", hint: "{names} do not tell paths apart, nor does a final /")
                break
            }
        }
    }

    /// A route that ends in `*`, comes before another for some of its requests and asks less of them: by its host, or by
    /// a literal where the other has a parameter.
    func checkShadows(_ settings: Settings, _ entries: [Entry]) {
        for (index, weaker) in settings.routes.enumerated() {
            guard let pattern = try? PathPattern(weaker.match.path), pattern.matchesRest else { continue }
            let shadowed = settings.routes.first { stronger in
                weaker.strictness < stronger.strictness && shadows(weaker, pattern, stronger)
            }
            guard let shadowed else { continue }
            problems.warn(
                entries[index]["match"] ?? entries[index],
                found: "a catch-all that comes before route \"\(shadowed.name)\" and asks less",
                expected: "at least mode \"\(shadowed.mode.rawValue)\"",
                hint: "repeat \"\(shadowed.name)\" for this host or path, or raise the mode here")
        }
    }

    private func shadows(_ route: Route, _ pattern: PathPattern, _ other: Route) -> Bool {
        guard let otherPattern = try? PathPattern(other.match.path), methodsMeet(route, other) else { return false }
        switch hostOrder(route.match.host, other.match.host) {
        case .apart: return false
        case .before: return pathsMeet(pattern, otherPattern) != nil
        case .same: return pathsMeet(pattern, otherPattern) == true
        case .after: return false
        }
    }

    private func methodsMeet(_ a: Route, _ b: Route) -> Bool {
        a.match.methods.isEmpty || b.match.methods.isEmpty || !Set(a.match.methods).isDisjoint(with: b.match.methods)
    }

    private enum HostOrder { case before, same, after, apart }

    private func hostOrder(_ a: String?, _ b: String?) -> HostOrder {
        if a == b { return .same }
        guard let a else { return .after }
        guard let b else { return .before }
        if b.hasPrefix("*."), a.hasSuffix(b.dropFirst()), a.utf8.count > b.utf8.count || !a.hasPrefix("*.") { return .before }
        if a.hasPrefix("*."), b.hasSuffix(a.dropFirst()) { return .after }
        return .apart
    }

    /// `nil` where no path matches both; else whether the first pattern, which ends in `*`, is the better one for such a path.
    private func pathsMeet(_ pattern: PathPattern, _ other: PathPattern) -> Bool? {
        var isBetter: Bool?
        for (a, b) in zip(pattern.segments, other.segments) {
            switch (a, b) {
            case (.literal(let a), .literal(let b)):
                guard a == b else { return nil }
            case (.literal, .parameter): isBetter = isBetter ?? true
            case (.parameter, .literal): isBetter = isBetter ?? false
            case (.parameter, .parameter): break
            }
        }
        if other.segments.count < pattern.segments.count {
            guard other.matchesRest else { return nil }
            return isBetter ?? true
        }
        return isBetter ?? false
    }
}

/// What decides about a match, without the names of parameters.
private struct RouteShape: Hashable {
    let host: String?
    let segments: [String]
    let matchesRest: Bool
    let ignoresCase: Bool
    /// `nil`: every method.
    let method: Method?

    static func all(of route: Route, in settings: Settings) -> [RouteShape] {
        guard let pattern = try? PathPattern(route.match.path) else { return [] }
        let ignoresCase =
            route.origin.map { settings.origins[$0].caseInsensitivePaths }
            ?? settings.origins.contains(where: \.caseInsensitivePaths)
        let segments = pattern.segments.map { segment in
            switch segment {
            case .literal(let text): ignoresCase ? text.lowercased() : text
            case .parameter: "{}"
            }
        }
        let hasLiteral = pattern.segments.contains { if case .literal = $0 { true } else { false } }
        let methods: [Method?] = route.match.methods.isEmpty ? [nil] : route.match.methods
        return methods.map {
            RouteShape(
                host: route.match.host, segments: segments, matchesRest: pattern.matchesRest,
                ignoresCase: ignoresCase && hasLiteral, method: $0)
        }
    }
}

extension Route {
    /// How much is asked of a request before it is forwarded.
    fileprivate var strictness: Int {
        switch mode {
        case .public, .observe: 0
        case .legacy, .dual, .clerk: optional ? 1 : 2
        case .deny: 3
        }
    }
}
