package import Settings

/// Why there is no path for a caller.
package enum OwnSegmentsFault: Error, Hashable, Sendable {
    /// There is no caller, or none with such an id.
    case noValue
    /// An id that some origin would not read as one segment of its own: empty, or with a `;`, behind which `1;x` is `1`.
    case notOneSegment
}

/// `set.path`: segments of the path that stand for `{name}` become the caller's, whatever the client wrote there.
package struct OwnSegments: Sendable {
    private let rules: [SegmentRule]

    /// `nil` for a route that sets none.
    package init?(_ route: Route) {
        rules = SegmentRule.rules(route.setPath, of: route)
        if rules.isEmpty { return nil }
    }

    /// The path with the caller's values, each encoded to stand in one segment.
    /// - Parameter path: canonical, and matched by the route. What comes out has neither been proved.
    package func path(_ path: Span<UInt8>, for caller: CallerValues) throws(OwnSegmentsFault) -> [UInt8] {
        var output: [UInt8] = []
        var copied = 0
        for rule in rules {
            guard let value = rule.template.value(caller) else { throw .noValue }
            guard !value.isEmpty, !value.utf8.contains(UInt8(ascii: ";")) else { throw .notOneSegment }
            let range = rule.range(in: path)
            for index in copied..<range.lowerBound { output.append(path[index]) }
            appendEncoded(value, to: &output)
            copied = range.upperBound
        }
        for index in copied..<path.count { output.append(path[index]) }
        return output
    }
}
