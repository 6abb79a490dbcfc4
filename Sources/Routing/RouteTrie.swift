import HTTP
import Settings

/// Hosts and path segments as a trie whose edges stand in one hash table. Nodes 0 to 2 are not part of a path: below the
/// first two hang the hosts, and the third is the root of the routes that name none.
struct RouteTrie: Sendable {
    static let exactHosts = 0
    static let wildcardHosts = 1
    static let anyHostRoot = 2

    /// The routes that end at a node, by the methods that they take.
    private struct Terminal: Sendable {
        let methods: MethodSet
        let route: Int
    }

    private struct Node: Sendable {
        var parameter: Int?
        /// Routes whose path ends here.
        var exact: [Terminal] = []
        /// Routes whose `*` begins here.
        var rest: [Terminal] = []
    }

    private struct Edge: Sendable {
        let parent: Int
        let name: Range<Int>
        let ignoresCase: Bool
        let child: Int
    }

    private var nodes = [Node(), Node(), Node()]
    private var edges: [Edge] = []
    /// The bytes of all edges' names.
    private var names: [UInt8] = []
    /// Open addressing: -1 or an index into `edges`. Only settings fill it, so that no client can make keys collide.
    private var slots: [Int32] = []
    private var hasCaseInsensitiveSegments = false
}

// MARK: - Building

extension RouteTrie {
    mutating func add(_ match: Route.Match, route: Int, ignoresCase: Bool) {
        guard let pattern = try? PathPattern(match.path) else {
            preconditionFailure("a route that was not validated: \(match.path)")
        }
        var node = root(of: match.host)
        for segment in pattern.segments {
            switch segment {
            case .parameter: node = parameterChild(of: node)
            case .literal(let text):
                hasCaseInsensitiveSegments = hasCaseInsensitiveSegments || ignoresCase
                node = makeChild(of: node, Array(text.utf8), ignoresCase: ignoresCase)
            }
        }
        let terminal = Terminal(methods: MethodSet(match.methods), route: route)
        if pattern.matchesRest {
            nodes[node].rest.append(terminal)
        } else {
            nodes[node].exact.append(terminal)
        }
    }

    /// The same trie with its edges hashed.
    func compiled() -> RouteTrie {
        var result = self
        var size = 8
        while size < edges.count * 2 { size *= 2 }
        result.slots = Array(repeating: -1, count: size)
        for (index, edge) in edges.enumerated() {
            var slot = hash(edge.parent, names.span, edge.name) & (size - 1)
            while result.slots[slot] >= 0 { slot = (slot + 1) & (size - 1) }
            result.slots[slot] = Int32(index)
        }
        return result
    }

    private mutating func root(of host: String?) -> Int {
        guard let host else { return RouteTrie.anyHostRoot }
        if host.hasPrefix("*.") { return makeChild(of: RouteTrie.wildcardHosts, Array(host.utf8.dropFirst(2)), ignoresCase: true) }
        return makeChild(of: RouteTrie.exactHosts, Array(host.utf8), ignoresCase: true)
    }

    private mutating func parameterChild(of node: Int) -> Int {
        if let child = nodes[node].parameter { return child }
        nodes.append(Node())
        nodes[node].parameter = nodes.count - 1
        return nodes.count - 1
    }

    private mutating func makeChild(of node: Int, _ name: [UInt8], ignoresCase: Bool) -> Int {
        for edge in edges where edge.parent == node && edge.ignoresCase == ignoresCase {
            if equals(edge, name.span, name.indices) { return edge.child }
        }
        nodes.append(Node())
        edges.append(
            Edge(parent: node, name: names.count..<names.count + name.count, ignoresCase: ignoresCase, child: nodes.count - 1))
        names += name
        return nodes.count - 1
    }
}

// MARK: - Looking up

extension RouteTrie {
    /// The best route for what stands in `path` from one segment on: depth first, the most specific branch first. A node has
    /// one depth, so that it is visited at most once.
    func find(
        _ path: Span<UInt8>, from start: Int, to end: Int, at node: Int, method: Method, _ parameters: inout PathParameters
    ) -> Int? {
        if start >= end { return route(in: nodes[node].exact, method) ?? route(in: nodes[node].rest, method) }
        var segmentEnd = start
        while segmentEnd < end, path[segmentEnd] != UInt8(ascii: "/") { segmentEnd += 1 }
        let segment = start..<segmentEnd

        if let child = child(of: node, path, segment, ignoringCase: false),
            let found = find(path, from: segmentEnd + 1, to: end, at: child, method: method, &parameters)
        {
            return found
        }
        if hasCaseInsensitiveSegments, let child = child(of: node, path, segment, ignoringCase: true),
            let found = find(path, from: segmentEnd + 1, to: end, at: child, method: method, &parameters)
        {
            return found
        }
        if let child = nodes[node].parameter {
            parameters.append(segment)
            if let found = find(path, from: segmentEnd + 1, to: end, at: child, method: method, &parameters) { return found }
            parameters.removeLast()
        }
        return route(in: nodes[node].rest, method)
    }

    func child(of parent: Int, _ bytes: Span<UInt8>, _ name: Range<Int>, ignoringCase: Bool) -> Int? {
        let mask = slots.count - 1
        var slot = hash(parent, bytes, name) & mask
        while slots[slot] >= 0 {
            let edge = edges[Int(slots[slot])]
            if edge.parent == parent, edge.ignoresCase == ignoringCase, equals(edge, bytes, name) { return edge.child }
            slot = (slot + 1) & mask
        }
        return nil
    }

    private func route(in terminals: [Terminal], _ method: Method) -> Int? {
        if terminals.isEmpty { return nil }
        for terminal in terminals where terminal.methods.names(method) { return terminal.route }
        if method == .head {
            for terminal in terminals where terminal.methods.names(.get) { return terminal.route }
        }
        for terminal in terminals where terminal.methods.isEveryMethod { return terminal.route }
        return nil
    }

    private func equals(_ edge: Edge, _ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard edge.name.count == range.count else { return false }
        let known = names.span
        for offset in 0..<range.count {
            let (a, b) = (known[edge.name.lowerBound + offset], bytes[range.lowerBound + offset])
            guard a == b || edge.ignoresCase && a.asciiLowercased == b.asciiLowercased else { return false }
        }
        return true
    }

    /// FNV-1a over the folded name, so that one hash serves both kinds of edge.
    private func hash(_ parent: Int, _ bytes: Span<UInt8>, _ range: Range<Int>) -> Int {
        var hash = 0xCBF2_9CE4_8422_2325 ^ UInt64(parent)
        for index in range { hash = (hash ^ UInt64(bytes[index].asciiLowercased)) &* 0x100_0000_01B3 }
        return Int(truncatingIfNeeded: (hash ^ hash >> 32) & 0x7FFF_FFFF)
    }
}
