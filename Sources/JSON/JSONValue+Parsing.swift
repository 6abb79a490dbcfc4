extension JSONValue {
    package init(parsing bytes: [UInt8], limits: JSONLimits = JSONLimits()) throws(JSONError) {
        try self.init(parsing: bytes.span, limits: limits)
    }

    package init(parsing text: Span<UInt8>, limits: JSONLimits = JSONLimits()) throws(JSONError) {
        var builder = try TreeBuilder(text, limits: limits)
        self = try builder.value(in: text)
        try builder.finish(in: text)
    }
}

/// Recursive descent over tokens; the reader's depth limit bounds the recursion.
private struct TreeBuilder {
    private var reader: JSONReader
    private var names = MemberNames()
    private let limits: JSONLimits

    init(_ text: Span<UInt8>, limits: JSONLimits) throws(JSONError) {
        reader = try JSONReader(text, limits: limits)
        self.limits = limits
    }

    mutating func value(in text: Span<UInt8>) throws(JSONError) -> JSONValue {
        try value(of: try reader.next(in: text), in: text)
    }

    /// Nothing may follow the value.
    mutating func finish(in text: Span<UInt8>) throws(JSONError) { _ = try reader.next(in: text) }

    private mutating func value(of token: JSONToken, in text: Span<UInt8>) throws(JSONError) -> JSONValue {
        let start = reader.tokenStart
        let content: JSONValue.Content
        switch token {
        case .null: content = .null
        case .bool(let value): content = .bool(value)
        case .string(let value): content = .string(value.string(in: text))
        case .number(let range): content = .number(JSONNumber(text: String(copying: text, range)))
        case .beginArray: content = .array(try elements(in: text))
        case .beginObject: content = .object(try members(in: text))
        case .endArray, .endObject, .name, .end: throw JSONError(.endOfText, at: reader.position, in: text)
        }
        return JSONValue(content, start..<reader.position)
    }

    private mutating func elements(in text: Span<UInt8>) throws(JSONError) -> [JSONValue] {
        var elements: [JSONValue] = []
        while true {
            let token = try reader.next(in: text)
            if token == .endArray { return elements }
            elements.append(try value(of: token, in: text))
        }
    }

    private mutating func members(in text: Span<UInt8>) throws(JSONError) -> [JSONMember] {
        var members: [JSONMember] = []
        names.beginObject()
        defer { names.endObject() }
        while case .name(let name) = try reader.next(in: text) {
            try names.add(name, in: text, limits: limits)
            let nameRange = name.range.lowerBound - 1..<name.range.upperBound + 1
            members.append(JSONMember(name.string(in: text), nameRange, try value(in: text)))
        }
        return members
    }
}

extension String {
    /// Part of a text that has been checked to be UTF-8.
    init(copying text: Span<UInt8>, _ range: Range<Int>) {
        self = String(decoding: range.map { text[$0] }, as: UTF8.self)
    }
}
