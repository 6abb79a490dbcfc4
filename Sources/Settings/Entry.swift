import Telemetry

/// A value of the file that has the type of its key, with its `${…}` expanded.
struct Entry {
    indirect enum Content {
        case null
        case bool(Bool)
        case integer(Int64)
        case string(String)
        case array([Entry])
        case object([Member])
    }

    struct Member {
        let name: String
        let entry: Entry
    }

    /// How the value may be shown in a message.
    enum Display {
        case asIs
        /// As it stands in the file: what an expansion yielded may be a secret.
        case written(String)
        case hidden
    }

    let path: String
    /// Its bytes in the file.
    let range: Range<Int>
    let content: Content
    let display: Display

    init(_ path: String, _ range: Range<Int>, _ content: Content, display: Display = .asIs) {
        (self.path, self.range, self.content, self.display) = (path, range, content, display)
    }

    /// The value of a key; `nil` where it is absent or `null`.
    subscript(name: String) -> Entry? {
        guard let entry = member(name), !entry.isNull else { return nil }
        return entry
    }

    func isExplicitNull(_ name: String) -> Bool { member(name)?.isNull ?? false }

    func string(_ name: String) -> String? { self[name]?.text }
    func secret(_ name: String) -> Secret? { string(name).map { Secret($0) } }

    func bool(_ name: String) -> Bool? {
        guard case .bool(let value) = self[name]?.content else { return nil }
        return value
    }

    func int64(_ name: String) -> Int64? {
        guard case .integer(let value) = self[name]?.content else { return nil }
        return value
    }

    func int(_ name: String) -> Int? { int64(name).map { Int($0) } }

    /// The word of a choice, which `Checker` has compared with the same list.
    func choice<Word: RawRepresentable<String>>(_ name: String, _ type: Word.Type = Word.self) -> Word? {
        string(name).flatMap { Word(rawValue: $0) }
    }

    var text: String? {
        guard case .string(let value) = content else { return nil }
        return value
    }

    var elements: [Entry] {
        guard case .array(let value) = content else { return [] }
        return value
    }

    var members: [Member] {
        guard case .object(let value) = content else { return [] }
        return value.filter { !$0.entry.isNull }
    }

    private var isNull: Bool {
        guard case .null = content else { return false }
        return true
    }

    private func member(_ name: String) -> Entry? {
        guard case .object(let members) = content else { return nil }
        return members.first { $0.name == name }?.entry
    }

    /// For messages.
    var shown: String {
        switch (display, content) {
        case (.hidden, _): "a value that is not shown"
        case (.written(let text), _): "\"\(text)\""
        case (.asIs, .null): "null"
        case (.asIs, .bool(let value)): "\(value)"
        case (.asIs, .integer(let value)): "\(value)"
        case (.asIs, .string(let value)): "\"\(withoutPassword(value))\""
        case (.asIs, .array(let elements)): elements.isEmpty ? "an empty array" : "an array"
        case (.asIs, .object): "an object"
        }
    }
}

/// A URL may hold a password (RFC 3986 §3.2.1), wherever somebody put it by mistake.
func withoutPassword(_ text: String) -> String {
    let short = text.count > 80 ? text.prefix(80) + "…" : text[...]
    guard let at = text.lastIndex(of: "@"), let scheme = text.firstRange(of: "://"), scheme.upperBound < at else {
        return String(short)
    }
    return "\(text[..<scheme.upperBound])…\(text[at...].prefix(80))"
}
