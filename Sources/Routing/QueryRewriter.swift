package import Settings

/// Why a query is refused on a route that rewrites it.
package enum QueryRefusal: Error, Hashable, Sendable {
    /// 403 `not_yours`: a required parameter is missing, or a copy of it has another value.
    case notYours
    /// 400 `query_ambiguous`: a `%` without two hexadecimal digits, which every origin reads in its own way.
    case badEscape
    /// 400 `query_ambiguous`: an origin that separates at `;`, or skips a second `?`, would see a parameter that others do not.
    case hiddenParameter
}

/// What stands in templates: the ids of the caller, as far as they are known.
package struct CallerValues: Sendable {
    package var userID: String?
    package var clerkUserID: String?
    package init(userID: String?, clerkUserID: String?) { (self.userID, self.clerkUserID) = (userID, clerkUserID) }
}

/// The rules of one route for the parameters of a query. A parameter is recognised under every spelling that some origin
/// takes for its name (`QueryName`), because the one copy that slips through is the one that counts.
package struct QueryRewriter: Sendable {
    private enum Action: Sendable {
        case set(Route.Template)
        case require(Route.Template)
    }

    private struct Rule: Sendable {
        let name: QueryName
        let action: Action
        /// The name as it is written into the query.
        let encodedName: [UInt8]
    }

    /// Settings allow fewer than this (`Route.parametersMax` for each of `set` and `require`).
    private static let rulesMax = 64

    private let rules: [Rule]

    package init(set: [Route.Parameter], require: [Route.Parameter]) {
        var rules: [Rule] = []
        func add(_ name: String, _ action: Action) {
            var encoded: [UInt8] = []
            appendEncoded(name, to: &encoded)
            rules.append(Rule(name: QueryName(name), action: action, encodedName: encoded))
        }
        // In this order, so that a name under several rules must be right before it is replaced.
        for parameter in require { add(parameter.name, .require(parameter.template)) }
        for parameter in set { add(parameter.name, .set(parameter.template)) }
        precondition(rules.count <= QueryRewriter.rulesMax)
        self.rules = rules
    }

    /// Nothing to do: the query is forwarded as it came.
    package var isEmpty: Bool { rules.isEmpty }

    /// Appends the rewritten query, without its `?`, to `output`. An origin gets no query at all when nothing was appended.
    package func rewrite(_ query: Span<UInt8>, for caller: CallerValues, into output: inout [UInt8]) throws(QueryRefusal) {
        let start = output.count
        var found = RuleSet()
        var index = 0
        while index < query.count {
            let piece = QueryPiece(query, from: index, separator: UInt8(ascii: "&"))
            index = piece.end + 1
            try piece.checkEscapes(query)
            try refuseHiddenParameters(in: piece, query, isFirst: output.count == start)
            try apply(to: piece, query, caller, &found, start: start, &output)
        }
        for (number, rule) in rules.enumerated() {
            switch rule.action {
            case .require where !found.contains(number): throw .notYours
            case .set(let template) where !found.contains(number): append(rule, template, caller, start: start, &output)
            case .require, .set: break
            }
        }
    }

    private func apply(
        to piece: QueryPiece, _ query: Span<UInt8>, _ caller: CallerValues, _ found: inout RuleSet, start: Int,
        _ output: inout [UInt8]
    ) throws(QueryRefusal) {
        var isKept = true
        for (number, rule) in rules.enumerated() where rule.name.matches(piece, query) {
            let isFirst = found.insert(number)
            switch rule.action {
            case .require(let template):
                guard let value = template.value(caller), piece.hasValue(value, query) else { throw .notYours }
            case .set(let template):
                isKept = false
                if isFirst { append(rule, template, caller, start: start, &output) }
            }
        }
        guard isKept else { return }
        if output.count > start { output.append(UInt8(ascii: "&")) }
        for index in piece.start..<piece.end { output.append(query[index]) }
    }

    /// `a=1;user_id=2` is one parameter to most origins, and two to those that separate at `;`. A piece whose own name is
    /// ruled is replaced or compared as a whole, so that only the others can hide one. And of a query that begins with another
    /// `?` some parsers take it away (WHATWG URL, URLSearchParams).
    /// - Parameter isFirst: whether the origin gets nothing in front of it: of empty pieces nothing is left.
    private func refuseHiddenParameters(in piece: QueryPiece, _ query: Span<UInt8>, isFirst: Bool) throws(QueryRefusal) {
        var index = piece.start
        if isFirst, index < piece.end, query[index] == UInt8(ascii: "?") { index += 1 }
        while index < piece.end {
            let part = QueryPiece(query, from: index, to: piece.end, separator: UInt8(ascii: ";"))
            let isWhole = part.start == piece.start && part.end == piece.end
            for rule in rules where !isWhole && rule.name.matches(part, query) && !rule.name.matches(piece, query) {
                throw .hiddenParameter
            }
            index = part.end + 1
        }
    }

    /// A value that the caller does not have leaves no parameter at all: never the client's own.
    private func append(_ rule: Rule, _ template: Route.Template, _ caller: CallerValues, start: Int, _ output: inout [UInt8]) {
        guard let value = template.value(caller) else { return }
        if output.count > start { output.append(UInt8(ascii: "&")) }
        output += rule.encodedName
        output.append(UInt8(ascii: "="))
        appendEncoded(value, to: &output)
    }
}

/// Which rules have met their parameter, without a heap allocation.
private struct RuleSet {
    private var bits: UInt64 = 0
    func contains(_ number: Int) -> Bool { bits >> UInt64(number) & 1 == 1 }
    /// Whether the number is new.
    mutating func insert(_ number: Int) -> Bool {
        defer { bits |= 1 << UInt64(number) }
        return !contains(number)
    }
}

extension Route.Template {
    func value(_ caller: CallerValues) -> String? {
        switch self {
        case .userID: caller.userID
        case .clerkUserID: caller.clerkUserID
        case .literal(let text): text
        }
    }
}
