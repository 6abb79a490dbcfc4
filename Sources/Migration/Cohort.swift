/// Some of the rows, by conditions that all hold: `plan = pro AND created_at < '2024-01-01' AND role in (user, editor)`.
/// It is read here and never pasted: adapters look the columns up in their catalogue and send the values as parameters.
package struct Cohort: Sendable, Equatable {
    package enum Comparison: String, Sendable, CaseIterable {
        case equal = "=", different = "!=", atMost = "<=", atLeast = ">=", less = "<", more = ">"
    }

    package enum Test: Sendable, Equatable {
        case compare(Comparison, String)
        case among([String])
        case isNull(Bool)
    }

    package struct Condition: Sendable, Equatable {
        package let column: String
        package let test: Test
    }

    package let conditions: [Condition]

    package init(parsing text: String) throws(CohortMistake) {
        var reader = try CohortReader(text)
        var conditions = [try reader.condition()]
        while try reader.takesAnd() { conditions.append(try reader.condition()) }
        self.conditions = conditions
    }
}

/// Where a filter stops making sense.
package struct CohortMistake: Error, Sendable, Equatable, CustomStringConvertible {
    package let found: String?
    package let expected: String
    package var description: String { "found \(found.map { "“\($0)”" } ?? "the end"), expected \(expected)" }
}

private struct CohortReader {
    private enum Token: Equatable {
        case word(String)
        /// In quotes: never a keyword.
        case quoted(String)
        case mark(String)

        var text: String {
            switch self {
            case .word(let text), .quoted(let text), .mark(let text): text
            }
        }
    }

    private var tokens: ArraySlice<Token>

    init(_ text: String) throws(CohortMistake) {
        var tokens: [Token] = []
        var rest = Substring(text)
        while let first = rest.first {
            if first == " " || first == "\t" {
                rest.removeFirst()
            } else if first == "'" || first == "\"" {
                tokens.append(.quoted(try Self.quoted(&rest, first)))
            } else if let mark = ["!=", "<=", ">=", "=", "<", ">", "(", ")", ","].first(where: { rest.hasPrefix($0) }) {
                tokens.append(.mark(mark))
                rest.removeFirst(mark.count)
            } else {
                let word = rest.prefix { !" \t'\"=!<>(),;".contains($0) }
                guard !word.isEmpty else {
                    throw CohortMistake(found: String(first), expected: "a column, a comparison or a value")
                }
                tokens.append(.word(String(word)))
                rest.removeFirst(word.count)
            }
        }
        self.tokens = tokens[...]
    }

    /// A quote within is written twice, as in SQL.
    private static func quoted(_ rest: inout Substring, _ quote: Character) throws(CohortMistake) -> String {
        var text = ""
        rest.removeFirst()
        while let next = rest.popFirst() {
            guard next == quote else {
                text.append(next)
                continue
            }
            guard rest.first == quote else { return text }
            text.append(quote)
            rest.removeFirst()
        }
        throw CohortMistake(found: nil, expected: "a closing \(quote)")
    }

    mutating func condition() throws(CohortMistake) -> Cohort.Condition {
        Cohort.Condition(column: try value("a column"), test: try test())
    }

    private mutating func test() throws(CohortMistake) -> Cohort.Test {
        let expected = "=, !=, <, <=, >, >=, in (…), is null or is not null"
        guard let token = tokens.popFirst() else { throw CohortMistake(found: nil, expected: expected) }
        switch token {
        case .mark(let mark):
            guard let comparison = Cohort.Comparison(rawValue: mark) else { break }
            return .compare(comparison, try value("a value"))
        case .word(let word) where word.lowercased() == "in": return .among(try list())
        case .word(let word) where word.lowercased() == "is":
            let isNegated = takes("not")
            guard takes("null") else { throw CohortMistake(found: tokens.first?.text, expected: "null") }
            return .isNull(!isNegated)
        case .word, .quoted: break
        }
        throw CohortMistake(found: token.text, expected: expected)
    }

    private mutating func list() throws(CohortMistake) -> [String] {
        try take("(")
        var values = [try value("a value")]
        while tokens.first == .mark(",") {
            tokens.removeFirst()
            values.append(try value("a value"))
        }
        try take(")")
        return values
    }

    private mutating func value(_ expected: String) throws(CohortMistake) -> String {
        switch tokens.popFirst() {
        case .word(let text), .quoted(let text): return text
        case .mark(let text): throw CohortMistake(found: text, expected: expected)
        case .none: throw CohortMistake(found: nil, expected: expected)
        }
    }

    private mutating func take(_ mark: String) throws(CohortMistake) {
        let token = tokens.popFirst()
        guard token == .mark(mark) else { throw CohortMistake(found: token?.text, expected: mark) }
    }

    private mutating func takes(_ keyword: String) -> Bool {
        guard case .word(let word) = tokens.first, word.lowercased() == keyword else { return false }
        tokens.removeFirst()
        return true
    }

    /// Whether another condition follows; anything else that follows is a mistake.
    mutating func takesAnd() throws(CohortMistake) -> Bool {
        if takes("and") { return true }
        guard tokens.isEmpty else { throw CohortMistake(found: tokens.first?.text, expected: "AND, or the end") }
        return false
    }
}
