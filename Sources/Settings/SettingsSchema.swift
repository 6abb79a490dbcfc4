package import JSON

/// The JSON Schema (2020-12) of what this release accepts, for editors: `docs/routes.schema.json`. Written from the same
/// tables that the loader checks with, so that the two cannot differ.
package enum SettingsSchema {
    package static var document: JSONValue {
        var members = [
            member("$schema", "https://json-schema.org/draft/2020-12/schema"),

            member("title", "Segue: routes.json"),
        ]
        members += schema(.file).object ?? []
        return JSONValue(.object(members))
    }

    private static func schema(_ shape: Shape) -> JSONValue {
        switch shape {
        case .string, .secret: object([member("type", "string")])
        case .bool: object([member("type", "boolean")])
        case .scalar:
            object([JSONMember("type", JSONValue(.array(["string", "integer", "boolean"].map { text($0) })))])
        case .integer(let range):
            object([
                member("type", "integer"), JSONMember("minimum", number(range.lowerBound)),
                JSONMember("maximum", number(range.upperBound)),
            ])
        case .number(let numbers): object([JSONMember("enum", JSONValue(.array(numbers.map { number($0) })))])
        case .choice(let words, _): choice(words)
        case .array(let element): object([member("type", "array"), JSONMember("items", schema(element))])
        case .map(let value): object([member("type", "object"), JSONMember("additionalProperties", schema(value))])
        case .object(let keys): self.object(of: keys)
        }
    }

    /// A word may also come from the environment.
    private static func choice(_ words: [String]) -> JSONValue {
        let expansion = object([member("type", "string"), member("pattern", "\\$\\{.+\\}")])
        let word = object([JSONMember("enum", JSONValue(.array(words.map { text($0) })))])
        return object([JSONMember("anyOf", JSONValue(.array([word, expansion])))])
    }

    private static func object(of keys: [Shape.Key]) -> JSONValue {
        let properties = keys.map { JSONMember($0.name, property($0)) }
        let required = keys.filter(\.isRequired).map { text($0.name) }
        var members = [member("type", "object"), JSONMember("properties", object(properties))]
        if !required.isEmpty { members.append(JSONMember("required", JSONValue(.array(required)))) }
        members.append(JSONMember("additionalProperties", JSONValue(.bool(false))))
        return object(members)
    }

    /// A key that is not required may be `null`, which is the same as leaving it out.
    private static func property(_ key: Shape.Key) -> JSONValue {
        guard key.isAccepted else { return object([member("description", "Comes with a later release."), member("type", "null")]) }
        var summary = key.summary
        if let standard = key.standard { summary += " Default: \(standard)." }
        if key.support == .checkedOnly { summary += " No effect in this release." }
        let value = schema(key.shape)
        if key.isRequired { return object([member("description", summary)] + (value.object ?? [])) }
        let either = JSONValue(.array([value, object([member("type", "null")])]))
        return object([member("description", summary), JSONMember("anyOf", either)])
    }

    private static func object(_ members: [JSONMember]) -> JSONValue { JSONValue(.object(members)) }
    private static func member(_ name: String, _ value: String) -> JSONMember { JSONMember(name, text(value)) }
    private static func text(_ value: String) -> JSONValue { JSONValue(.string(value)) }
    private static func number(_ value: Int64) -> JSONValue { JSONValue(.number(JSONNumber(value))) }
}

extension Shape.Key {
    var isAccepted: Bool {
        if case .later = support { false } else { true }
    }
}

extension SettingsSchema {
    /// The document as text: two spaces, one line for each member, short arrays on one line.
    package static var text: String { lines(document, indent: "") + "\n" }

    private static func lines(_ value: JSONValue, indent: String) -> String {
        guard let members = value.object, !members.isEmpty else { return onOneLine(value) }
        let short = onOneLine(value)
        if short.utf8.count + indent.utf8.count <= 100 { return short }
        let inner = indent + "  "
        let written = members.map { member in
            "\(inner)\(onOneLine(JSONValue(.string(member.name)))): \(element(member.value, indent: inner))"
        }
        return "{\n\(written.joined(separator: ",\n"))\n\(indent)}"
    }

    private static func element(_ value: JSONValue, indent: String) -> String {
        let short = onOneLine(value)
        guard let elements = value.array, short.utf8.count + indent.utf8.count > 100 else { return lines(value, indent: indent) }
        let inner = indent + "  "
        return "[\n\(elements.map { inner + lines($0, indent: inner) }.joined(separator: ",\n"))\n\(indent)]"
    }

    private static func onOneLine(_ value: JSONValue) -> String {
        switch value.content {
        case .object(let members):
            let written = members.map { "\(onOneLine(JSONValue(.string($0.name)))): \(onOneLine($0.value))" }
            return written.isEmpty ? "{}" : "{ \(written.joined(separator: ", ")) }"
        case .array(let elements): return "[\(elements.map { onOneLine($0) }.joined(separator: ", "))]"
        case .null, .bool, .number, .string:
            var writer = JSONWriter()
            writer.value(value)
            return writer.text
        }
    }
}
