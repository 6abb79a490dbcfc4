import JSON

/// One step into `routes.json`: a key of an object or an element of an array.
package enum SettingsPathStep: Sendable, Hashable, ExpressibleByStringLiteral {
    case name(String)
    case index(Int)

    package init(stringLiteral name: String) { self = .name(name) }
}

extension LoadedSettings {
    /// A problem that only shows when a value is used, at its place in the file; where the value came from the environment,
    /// at what would hold it.
    package func problem(at path: [SettingsPathStep], found: String, expected: String, hint: String? = nil) -> SettingsProblem {
        var (text, value) = ("", document)
        for step in path {
            switch step {
            case .name(let name):
                text += text.isEmpty ? name : "." + name
                value = value[name] ?? value
            case .index(let index):
                text += "[\(index)]"
                if let elements = value.array, elements.indices.contains(index) { value = elements[index] }
            }
        }
        return SettingsProblem(
            path: text, range: value.range, in: self.text, found: found, expected: expected, hint: hint)
    }
}
