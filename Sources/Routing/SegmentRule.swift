import Settings

/// A `{name}` of a route's path of which its settings say what it must be, or what it becomes.
struct SegmentRule: Sendable {
    /// Of the segment in the path, from 0.
    private let number: Int
    let template: Route.Template

    /// In the order of the path.
    static func rules(_ parameters: [Route.Parameter], of route: Route) -> [SegmentRule] {
        let pattern = try? PathPattern(route.match.path)
        return (pattern?.segments ?? []).enumerated().flatMap { number, segment -> [SegmentRule] in
            guard case .parameter(let name) = segment else { return [] }
            return parameters.filter { $0.name == name }.map { SegmentRule(number: number, template: $0.template) }
        }
    }

    /// Where the segment stands in a canonical path that the route has matched.
    func range(in path: Span<UInt8>) -> Range<Int> {
        var start = 1
        for _ in 0..<number { start = end(of: start, in: path) + 1 }
        return start..<end(of: start, in: path)
    }

    private func end(of start: Int, in path: Span<UInt8>) -> Int {
        var index = start
        while index < path.count, path[index] != UInt8(ascii: "/") { index += 1 }
        return index
    }
}
