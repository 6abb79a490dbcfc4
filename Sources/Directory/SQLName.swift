/// A name as SQL takes it. Every part is quoted, so that whatever the settings say stays a name.
struct SQLName: Sendable, Hashable {
    let schema: String?
    let name: String

    /// `users`, `app.users`, or with a part in quotes of its own: `app."odd.name"`.
    init(_ text: String) {
        var parts: [String] = [""]
        var isQuoted = false
        for character in text {
            switch character {
            case "\"" where isQuoted || parts[parts.count - 1].isEmpty: isQuoted.toggle()
            case "." where !isQuoted: parts.append("")
            default: parts[parts.count - 1].append(character)
            }
        }
        // What does not read as one or two names is one odd name, and will not be found.
        let isPlain = !isQuoted && parts.count <= 2 && !parts.contains("")
        schema = isPlain && parts.count == 2 ? parts[0] : nil
        name = isPlain ? parts[parts.count - 1] : text
    }

    init(schema: String?, name: String) { (self.schema, self.name) = (schema, name) }

    var quoted: String { (schema.map { quote($0) + "." } ?? "") + quote(name) }
}

/// One identifier in double quotes. U+0000 would end the statement in C; no name holds it.
func quote(_ identifier: String) -> String {
    var quoted = "\""
    for scalar in identifier.unicodeScalars {
        switch scalar {
        case "\"": quoted += "\"\""
        case "\u{0}": quoted += "\u{FFFD}"
        default: quoted.unicodeScalars.append(scalar)
        }
    }
    return quoted + "\""
}
