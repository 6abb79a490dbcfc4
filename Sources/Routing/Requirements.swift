package import Settings

/// What a route requires of a request beyond its query, once its caller is known (`require`): the request says whose it
/// is in its path or its content too, and must not say somebody else.
package final class Requirements: Sendable {
    package let path: RequiredPath
    package let content: RequiredContent

    /// `nil` for a route that requires nothing of the kind.
    package init?(_ route: Route) {
        path = RequiredPath(route)
        content = RequiredContent(route)
        if path.isEmpty, content.isEmpty { return nil }
    }
}

/// Why `require` refuses a request.
package enum RequirementRefusal: Error, Hashable, Sendable {
    /// 403 `not_yours`: a segment of the path, or the content, names somebody else, or nobody.
    case pathIsAnothers
    case contentIsAnothers
    /// 403 `not_yours`: content of another type than those that are checked.
    case contentTypeIsNotChecked
    /// 400 `content_ambiguous`: two readers of the content may see two different things in it.
    case severalContentTypes
    case contentIsEncoded
    /// Others than `charset=utf-8`.
    case contentTypeHasParameters
    case jsonIsMalformed
    case jsonHasTwins
    case formIsMalformed

    package var isAmbiguous: Bool {
        switch self {
        case .pathIsAnothers, .contentIsAnothers, .contentTypeIsNotChecked: false
        case .severalContentTypes, .contentIsEncoded, .contentTypeHasParameters, .jsonIsMalformed, .jsonHasTwins, .formIsMalformed:
            true
        }
    }
}

/// `require.path`: segments of the path that stand for `{name}` and must be the caller's.
package struct RequiredPath: Sendable {
    private let rules: [SegmentRule]

    init(_ route: Route) { rules = SegmentRule.rules(route.requirePath, of: route) }

    package var isEmpty: Bool { rules.isEmpty }

    /// - Parameter path: canonical, and matched by the route.
    package func check(_ path: Span<UInt8>, for caller: CallerValues) throws(RequirementRefusal) {
        for rule in rules {
            guard let value = rule.template.value(caller), holds(path, rule.range(in: path), value) else { throw .pathIsAnothers }
        }
    }

    private func holds(_ path: Span<UInt8>, _ segment: Range<Int>, _ value: String) -> Bool {
        var index = segment.lowerBound
        var decoded: [UInt8] = []
        while index < segment.upperBound {
            let escaped = path[index] == UInt8(ascii: "%") ? escapedByte(path, at: index) : nil
            decoded.append(escaped ?? path[index])
            index += escaped == nil ? 1 : 3
        }
        return decoded.elementsEqual(value.utf8)
    }
}
