/// The tables of keys in `docs/settings.md`, written from the same list that the loader checks with.
package enum SettingsReference {
    package static var markdown: String {
        sections(.file, path: "").map { section in
            let rows = section.keys.map { row($0) }
            return
                "### \(section.path.isEmpty ? "The file" : "`\(section.path)`")\n\n| Key | Value | Default | Meaning |\n|---|---|---|---|\n"
                + rows.joined(separator: "\n") + "\n"
        }.joined(separator: "\n")
    }

    private static func sections(_ shape: Shape, path: String) -> [(path: String, keys: [Shape.Key])] {
        switch shape {
        case .object(let keys):
            let accepted = keys.filter(\.isAccepted)
            return [(path, accepted)] + accepted.flatMap { sections($0.shape, path: path.isEmpty ? $0.name : "\(path).\($0.name)") }
        case .array(let element): return sections(element, path: path + "[]")
        case .map(let value): return sections(value, path: path + ".*")
        case .string, .secret, .bool, .scalar, .integer, .number, .choice: return []
        }
    }

    private static func row(_ key: Shape.Key) -> String {
        let standard =
            key.isRequired
            ? "required" : key.standard.map { $0.contains("`") || !$0.contains("\"") && $0.contains(" ") ? $0 : "`\($0)`" } ?? "–"
        let note = key.support == .checkedOnly ? " *No effect in this release.*" : ""
        return "| `\(key.name)` | \(value(key.shape)) | \(standard) | \(key.summary)\(note) |"
    }

    private static func value(_ shape: Shape) -> String {
        switch shape {
        case .string: "string"
        case .secret: "secret"
        case .bool: "boolean"
        case .scalar: "string, integer or boolean"
        case .integer(let range): "\(range.lowerBound)–\(range.upperBound)"
        case .number(let numbers): numbers.map { "`\($0)`" }.joined(separator: ", ")
        case .choice(let words, _): words.map { "`\($0)`" }.joined(separator: ", ")
        case .array(let element): "array of " + (isTable(element) ? "objects" : value(element) + "s")
        case .object: "object"
        case .map(let element): "names → " + (isTable(element) ? "objects" : value(element))
        }
    }

    private static func isTable(_ shape: Shape) -> Bool {
        if case .object = shape { true } else { false }
    }
}
