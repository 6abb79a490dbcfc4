/// What may stand somewhere in `routes.json`. The tables of shapes are the one list of keys: the loader checks a file
/// against them, and the JSON Schema and the tables of `docs/settings.md` are written from them.
indirect enum Shape: Sendable {
    case string
    /// A string whose value is never shown, and that `NAME_FILE` may hold.
    case secret
    case bool
    /// A string, a whole number, true or false.
    case scalar
    case integer(ClosedRange<Int64>)
    case number(oneOf: [Int64])
    /// One of some words; `later` are words of a release to come, refused with a message of their own.
    case choice([String], later: [String] = [])
    case array(Shape)
    case object([Key])
    /// An object whose names are the operator's own.
    case map(Shape)

    struct Key: Sendable {
        let name: String
        let shape: Shape
        let isRequired: Bool
        /// The default, as JSON or in words; `nil` where the key is absent by default.
        let standard: String?
        /// Reason and unit, for people.
        let summary: String
        let support: Support
    }

    enum Support: Sendable, Equatable {
        case full
        /// Checked, and a warning says that it has no effect yet.
        case checkedOnly
        /// Refused; the words say what to write instead.
        case later(instead: String)
    }

    static func key(_ name: String, _ shape: Shape, standard: String? = nil, support: Support = .full, _ summary: String) -> Key {
        Key(name: name, shape: shape, isRequired: false, standard: standard, summary: summary, support: support)
    }

    static func required(_ name: String, _ shape: Shape, _ summary: String) -> Key {
        Key(name: name, shape: shape, isRequired: true, standard: nil, summary: summary, support: .full)
    }

    static func later(_ name: String, _ instead: String) -> Key {
        Key(name: name, shape: .string, isRequired: false, standard: nil, summary: "", support: .later(instead: instead))
    }

    static func words<Word: RawRepresentable<String> & CaseIterable>(of type: Word.Type, later: [Word] = []) -> Shape {
        let later = later.map(\.rawValue)
        return .choice(type.allCases.map(\.rawValue).filter { !later.contains($0) }, later: later)
    }

    /// For messages: "a string", "a whole number from 1 to 9".
    var expectation: String {
        switch self {
        case .string, .secret: "a string"
        case .bool: "true or false"
        case .scalar: "a string, a whole number, true or false"
        case .integer(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .number(let numbers): "one of " + numbers.map { "\($0)" }.joined(separator: ", ")
        case .choice(let words, _): "one of " + words.map { "\"\($0)\"" }.joined(separator: ", ")
        case .array: "an array"
        case .object, .map: "an object"
        }
    }
}
