import Settings

/// A part of an API that is flipped as one: what stands below one prefix.
package struct RouteGroup: Sendable, Hashable {
    package let name: String
    /// As in `routes.json`: `/api/v1/users/*`.
    package let pattern: String
}

/// Groups the paths of an API as its authors grouped them: by the first segment that says what it is about. What stands
/// before it (`/api`, `/v1`, a tenant) is the same for all.
package enum RouteGroups {
    /// Segments that say nothing about what stands below.
    private static let containers: Set<String> = ["api", "apis", "rest", "public", "private", "internal", "external", "app"]

    /// - Returns: the groups in the order of their paths, and the paths that belong to none: those are the catch-all's.
    package static func of(_ paths: [String]) -> (groups: [RouteGroup], others: [String]) {
        var groups: [RouteGroup] = []
        var shapes: Set<[String]> = []
        var others: [String] = []
        for path in paths {
            guard let prefix = prefix(of: path), (try? PathPattern(pattern(prefix))) != nil else {
                others.append(path)
                continue
            }
            // Two names for one parameter do not tell paths apart.
            guard shapes.insert(prefix.map { isParameter($0) ? "{}" : $0 }).inserted else { continue }
            groups.append(RouteGroup(name: name(prefix, besides: groups), pattern: pattern(prefix)))
        }
        return (groups, others)
    }

    /// Up to the first segment that says something; `nil` where there is none.
    private static func prefix(of path: String) -> [String]? {
        let segments = path.split(separator: "/").map(String.init)
        guard let end = segments.firstIndex(where: { !isParameter($0) && !isContainer($0) }) else { return nil }
        return Array(segments[...end])
    }

    private static func pattern(_ prefix: [String]) -> String { "/" + prefix.joined(separator: "/") + "/*" }

    private static func isParameter(_ segment: String) -> Bool { segment.hasPrefix("{") && segment.hasSuffix("}") }

    private static func isContainer(_ segment: String) -> Bool {
        let folded = segment.lowercased()
        if containers.contains(folded) { return true }
        // v1, v2beta
        return folded.hasPrefix("v") && folded.dropFirst().first?.isNumber == true
    }

    /// The last segment; with those before it where that is taken. `rest` is the catch-all's.
    private static func name(_ prefix: [String], besides groups: [RouteGroup]) -> String {
        let taken = Set(groups.map(\.name) + ["rest"])
        let labels = prefix.map(label)
        for count in 1...labels.count {
            let name = String(labels.suffix(count).joined(separator: "-").prefix(labelBytesMax))
            if !name.isEmpty, !taken.contains(name) { return name }
        }
        // With room for the number of as many paths as a document can have.
        let base = labels.joined(separator: "-").prefix(labelBytesMax - 8)
        return (2...).lazy.map { "\(base)-\($0)" }.first { !taken.contains($0) } ?? String(base)
    }

    /// What a metric's label may hold, with one `-` for whatever else stands between; of a segment in another script nothing is
    /// left, and it is a `path`.
    private static func label(_ segment: String) -> String {
        var label: [UInt8] = []
        var rest = Array(segment.utf8)[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                label.append(byte)
            case UInt8(ascii: "{"), UInt8(ascii: "}"): break
            default:
                if byte == UInt8(ascii: "%") { rest = rest.dropFirst(2) }
                if let last = label.last, last != UInt8(ascii: "-") { label.append(UInt8(ascii: "-")) }
            }
        }
        while label.last == UInt8(ascii: "-") { label.removeLast() }
        let saysSomething = label.contains { !"-_.".utf8.contains($0) }
        return saysSomething ? String(decoding: label, as: UTF8.self) : "path"
    }
}
