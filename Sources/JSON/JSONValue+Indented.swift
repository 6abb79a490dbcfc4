extension JSONValue {
    /// The value for a person to read: one member or element a line, two spaces for each level.
    package var indented: String { indented(level: 0) }

    private func indented(level: Int) -> String {
        switch content {
        case .object(let members) where !members.isEmpty:
            let lines = members.map { member in
                "\(Self.text { $0.string(member.name) }): \(member.value.indented(level: level + 1))"
            }
            return Self.block("{", lines, "}", level)
        case .array(let elements) where !elements.isEmpty:
            return Self.block("[", elements.map { $0.indented(level: level + 1) }, "]", level)
        case .null, .bool, .number, .string, .array, .object:
            return Self.text { $0.value(self) }
        }
    }

    private static func text(_ write: (inout JSONWriter) -> Void) -> String {
        var writer = JSONWriter()
        write(&writer)
        return writer.text
    }

    private static func block(_ begin: String, _ lines: [String], _ end: String, _ level: Int) -> String {
        let indentation = String(repeating: "  ", count: level)
        return "\(begin)\n\(lines.map { "\(indentation)  \($0)" }.joined(separator: ",\n"))\n\(indentation)\(end)"
    }
}
