package import HTTP
package import Settings

/// Why no route takes a request whose path is canonical.
package enum RoutingRefusal: Error, Hashable, Sendable {
    /// 404 `no_route`; also where only the method is missing, because a route names its methods as part of what it matches.
    case noRoute
    /// 400 `path_ambiguous`: `%2F` on a route without `encodedSlash`.
    case encodedSlash
    /// 400 `path_ambiguous`: with and without its `;parameters` the path belongs to two routes.
    case parameters
}

/// The route of one request. Only a `RouteTable` makes one.
package struct MatchedRoute: Sendable {
    /// Index into `Settings.routes`.
    package let index: Int
    /// Where the values of `{name}` stand in the path, in the order of the route's path.
    package let parameters: PathParameters

    fileprivate init(index: Int, parameters: PathParameters) { (self.index, self.parameters) = (index, parameters) }
}

/// The ranges of the `{name}` segments of a matched path, held in place.
package struct PathParameters: Sendable {
    package private(set) var count = 0
    private var bounds = InlineArray<8, (start: UInt32, end: UInt32)>(repeating: (0, 0))

    init() {}

    package subscript(index: Int) -> Range<Int> {
        precondition(index < count)
        return Int(bounds[index].start)..<Int(bounds[index].end)
    }

    mutating func append(_ range: Range<Int>) {
        bounds[count] = (UInt32(range.lowerBound), UInt32(range.upperBound))
        count += 1
    }

    mutating func removeLast() { count -= 1 }
}

/// All routes, compiled once. Of the routes that match a request the most specific wins: its host first (exact, the
/// longest wildcard, none), then its path segment by segment (literal, `{name}`, the rest), then its methods (named, any).
/// A look-up neither allocates nor builds a string; it visits each node of the trie at most once per host.
package final class RouteTable: Sendable {
    private let trie: RouteTrie
    private let allowsEncodedSlash: [Bool]
    private let hasHosts: Bool

    package init(_ settings: Settings) {
        var trie = RouteTrie()
        let anyCaseInsensitive = settings.origins.contains { $0.caseInsensitivePaths }
        for (index, route) in settings.routes.enumerated() {
            // A `deny` route without an origin must not be passed by in another case.
            let ignoresCase = route.origin.map { settings.origins[$0].caseInsensitivePaths } ?? anyCaseInsensitive
            trie.add(route.match, route: index, ignoresCase: ignoresCase)
        }
        self.trie = trie.compiled()
        allowsEncodedSlash = settings.routes.map(\.encodedSlash)
        hasHosts = settings.routes.contains { $0.match.host != nil }
    }

    /// The paths of pages of our own, to be matched as routes are: an origin that reads two spellings as one must not be reached
    /// past a page by the other.
    package init(paths: [String], ignoringCase: Bool) {
        var trie = RouteTrie()
        for (index, path) in paths.enumerated() {
            trie.add(Route.Match(host: nil, path: path, methods: []), route: index, ignoresCase: ignoringCase)
        }
        self.trie = trie.compiled()
        allowsEncodedSlash = paths.map { _ in false }
        hasHosts = false
    }

    /// The route of a request for `path`, which is what `canonical` speaks of. `authority` may hold a port. For a CORS
    /// preflight `method` is the one that it asks for.
    package func match(
        _ path: Span<UInt8>, _ canonical: CanonicalPath, authority: Span<UInt8>, method: Method
    ) throws(RoutingRefusal) -> MatchedRoute {
        let found = find(path, authority: authority, method: method)
        if canonical.hasParameters {
            let bare = pathWithoutParameters(path)
            guard find(bare.span, authority: authority, method: method)?.index == found?.index else { throw .parameters }
        }
        guard let found else { throw .noRoute }
        if canonical.hasEncodedSlash, !allowsEncodedSlash[found.index] { throw .encodedSlash }
        return found
    }

    private func find(_ path: Span<UInt8>, authority: Span<UInt8>, method: Method) -> MatchedRoute? {
        if hasHosts {
            let host = hostRange(authority)
            if let root = trie.child(of: RouteTrie.exactHosts, authority, host, ignoringCase: true),
                let found = find(path, below: root, method: method)
            {
                return found
            }
            // Each dot leaves a shorter suffix behind it, so that the longest comes first.
            for index in host where authority[index] == UInt8(ascii: ".") && index > host.lowerBound {
                let suffix = index + 1..<host.upperBound
                if let root = trie.child(of: RouteTrie.wildcardHosts, authority, suffix, ignoringCase: true),
                    let found = find(path, below: root, method: method)
                {
                    return found
                }
            }
        }
        return find(path, below: RouteTrie.anyHostRoot, method: method)
    }

    private func find(_ path: Span<UInt8>, below root: Int, method: Method) -> MatchedRoute? {
        // One final slash matches like none.
        let end = path.count > 1 && path[path.count - 1] == UInt8(ascii: "/") ? path.count - 1 : path.count
        var parameters = PathParameters()
        guard let route = trie.find(path, from: 1, to: end, at: root, method: method, &parameters) else { return nil }
        return MatchedRoute(index: route, parameters: parameters)
    }
}

/// The host within an authority: without the port (RFC 3986 §3.2.3) and without the final dot of a fully qualified name.
private func hostRange(_ authority: Span<UInt8>) -> Range<Int> {
    var end = 0
    if authority.count > 0, authority[0] == UInt8(ascii: "[") {
        while end < authority.count, authority[end] != UInt8(ascii: "]") { end += 1 }
        return 0..<min(end + 1, authority.count)
    }
    while end < authority.count, authority[end] != UInt8(ascii: ":") { end += 1 }
    return 0..<(end > 1 && authority[end - 1] == UInt8(ascii: ".") ? end - 1 : end)
}

/// The path as an origin sees it that takes `;…` off each segment before it looks for a handler.
private func pathWithoutParameters(_ path: Span<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    var index = 0
    var isInside = false
    while index < path.count {
        let byte = path[index]
        if byte == UInt8(ascii: "/") {
            isInside = false
            if result.last != byte { result.append(byte) }
        } else if byte == UInt8(ascii: ";") || escapedByte(path, at: index) == UInt8(ascii: ";") && byte == UInt8(ascii: "%") {
            isInside = true
        } else if !isInside {
            result.append(byte)
        }
        index += 1
    }
    return result
}
