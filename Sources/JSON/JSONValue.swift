/// A JSON text as a tree, for settings, key sets and API replies. It is strict where readers differ: UTF-8 without a byte
/// order mark, no duplicate members, no lone surrogates, and numbers kept as they were written.
package struct JSONValue: Sendable {
    package enum Content: Sendable, Equatable {
        case null
        case bool(Bool)
        case number(JSONNumber)
        case string(String)
        case array([JSONValue])
        case object([JSONMember])
    }

    package let content: Content
    /// Its bytes in the text that it was read from; empty for a value made by hand.
    package let range: Range<Int>

    package init(_ content: Content) { (self.content, range) = (content, 0..<0) }

    init(_ content: Content, _ range: Range<Int>) { (self.content, self.range) = (content, range) }
}

package struct JSONMember: Sendable, Equatable {
    package let name: String
    /// The bytes of the name in the text, quotes included.
    package let nameRange: Range<Int>
    package let value: JSONValue

    package init(_ name: String, _ value: JSONValue) { self.init(name, 0..<0, value) }

    init(_ name: String, _ nameRange: Range<Int>, _ value: JSONValue) {
        (self.name, self.nameRange, self.value) = (name, nameRange, value)
    }

    package static func == (a: JSONMember, b: JSONMember) -> Bool { a.name == b.name && a.value == b.value }
}

/// Equality of what was written, wherever it stood; members in the same order.
extension JSONValue: Equatable {
    package static func == (a: JSONValue, b: JSONValue) -> Bool { a.content == b.content }
}

extension JSONValue {
    /// The value of a member of this object. Names are compared byte by byte, as RFC 8259 §8.3 says: Swift's `==` would
    /// take U+212A KELVIN SIGN for the letter K.
    package subscript(name: String) -> JSONValue? {
        object?.first { $0.name.utf8.elementsEqual(name.utf8) }?.value
    }

    package var isNull: Bool { content == .null }

    package var bool: Bool? {
        guard case .bool(let value) = content else { return nil }
        return value
    }

    package var string: String? {
        guard case .string(let value) = content else { return nil }
        return value
    }

    package var number: JSONNumber? {
        guard case .number(let value) = content else { return nil }
        return value
    }

    package var int64: Int64? { number?.int64 }
    package var double: Double? { number?.double }

    package var array: [JSONValue]? {
        guard case .array(let value) = content else { return nil }
        return value
    }

    package var object: [JSONMember]? {
        guard case .object(let value) = content else { return nil }
        return value
    }
}
