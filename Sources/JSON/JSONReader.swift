/// One step of a JSON text. Ranges are offsets of bytes in the text that the reader was given.
package enum JSONToken: Equatable, Sendable {
    case beginObject, endObject, beginArray, endArray
    /// The name of a member; its value comes next.
    case name(JSONText)
    case string(JSONText)
    case number(Range<Int>)
    case bool(Bool)
    case null
    /// The text is complete, and nothing but white space follows.
    case end
}

/// Reads RFC 8259 from UTF-8, token by token, without allocating: it keeps a position, and its open arrays and objects
/// as bits. It checks all of the grammar; whether an object repeats a name is for its callers (`MemberNames`), which
/// know which objects matter.
///
///     value ──"["──▶ firstElement ──"]"──▶ separator ──","──▶ value | name
///     value ──"{"──▶ firstName ────"}"──▶ separator ──"]" "}"──▶ separator | nothing
package struct JSONReader {
    private enum Expected { case value, firstElement, firstName, separator, nothing }

    /// Where the last token ended.
    package private(set) var position = 0
    /// Where the last token began.
    package private(set) var tokenStart = 0
    private var expected = Expected.value
    private let limits: JSONLimits
    private var depth = 0
    /// The innermost open array (0) or object (1) is the lowest bit.
    private var open: UInt64 = 0

    package init(_ text: Span<UInt8>, limits: JSONLimits = JSONLimits()) throws(JSONError) {
        self.limits = limits
        guard text.count <= limits.bytes else { throw JSONError(.tooLarge(bytesMax: limits.bytes), at: limits.bytes, in: text) }
        if text.count >= 3, text[0] == 0xEF, text[1] == 0xBB, text[2] == 0xBF { throw JSONError(.byteOrderMark, at: 0, in: text) }
    }

    /// The next token. `text` is the text that the reader was made for.
    package mutating func next(in text: Span<UInt8>) throws(JSONError) -> JSONToken {
        skipWhiteSpace(in: text)
        guard position < text.count else {
            if expected == .nothing { return .end }
            throw JSONError(.endOfText, at: position, in: text)
        }
        switch expected {
        case .value: return try value(in: text)
        case .firstElement: return text[position] == UInt8(ascii: "]") ? close(.endArray) : try value(in: text)
        case .firstName: return text[position] == UInt8(ascii: "}") ? close(.endObject) : try name(in: text)
        case .separator: return try afterValue(in: text)
        case .nothing: throw JSONError(.trailingBytes, at: position, in: text)
        }
    }

    private mutating func value(in text: Span<UInt8>) throws(JSONError) -> JSONToken {
        tokenStart = position
        switch text[position] {
        case UInt8(ascii: "\""):
            let string = try scanString(in: text)
            valueEnded()
            return .string(string)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            let number = try scanNumber(in: text)
            valueEnded()
            return .number(number)
        case UInt8(ascii: "{"): return try descend(.beginObject, then: .firstName, in: text)
        case UInt8(ascii: "["): return try descend(.beginArray, then: .firstElement, in: text)
        case UInt8(ascii: "t"): return try word("true", as: .bool(true), in: text)
        case UInt8(ascii: "f"): return try word("false", as: .bool(false), in: text)
        case UInt8(ascii: "n"): return try word("null", as: .null, in: text)
        case let other: throw JSONError(.unexpectedByte(other), at: position, in: text)
        }
    }

    private mutating func name(in text: Span<UInt8>) throws(JSONError) -> JSONToken {
        try expect(UInt8(ascii: "\""), in: text)
        tokenStart = position
        let name = try scanString(in: text)
        skipWhiteSpace(in: text)
        try expect(UInt8(ascii: ":"), in: text)
        position += 1
        expected = .value
        return .name(name)
    }

    private mutating func afterValue(in text: Span<UInt8>) throws(JSONError) -> JSONToken {
        let isInObject = open & 1 == 1
        switch text[position] {
        case UInt8(ascii: ","):
            position += 1
            skipWhiteSpace(in: text)
            guard position < text.count else { throw JSONError(.endOfText, at: position, in: text) }
            return isInObject ? try name(in: text) : try value(in: text)
        case UInt8(ascii: "}") where isInObject: return close(.endObject)
        case UInt8(ascii: "]") where !isInObject: return close(.endArray)
        case let other: throw JSONError(.unexpectedByte(other), at: position, in: text)
        }
    }

    private mutating func descend(_ token: JSONToken, then next: Expected, in text: Span<UInt8>) throws(JSONError) -> JSONToken {
        guard depth < limits.depth else { throw JSONError(.tooDeep(depthMax: limits.depth), at: position, in: text) }
        depth += 1
        open = open << 1 | (next == .firstName ? 1 : 0)
        position += 1
        expected = next
        return token
    }

    private mutating func close(_ token: JSONToken) -> JSONToken {
        depth -= 1
        open >>= 1
        position += 1
        valueEnded()
        return token
    }

    private mutating func valueEnded() { expected = depth == 0 ? .nothing : .separator }

    private mutating func word(_ word: StaticString, as token: JSONToken, in text: Span<UInt8>) throws(JSONError) -> JSONToken {
        for scalar in String(describing: word).utf8 {
            try expect(scalar, in: text)
            position += 1
        }
        valueEnded()
        return token
    }

    private func expect(_ byte: UInt8, in text: Span<UInt8>) throws(JSONError) {
        guard position < text.count else { throw JSONError(.endOfText, at: position, in: text) }
        guard text[position] == byte else { throw JSONError(.unexpectedByte(text[position]), at: position, in: text) }
    }

    private mutating func skipWhiteSpace(in text: Span<UInt8>) {
        while position < text.count {
            switch text[position] {
            case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"): position += 1
            default: return
            }
        }
    }

    private mutating func scanString(in text: Span<UInt8>) throws(JSONError) -> JSONText {
        let string = try JSONText(scanning: text, from: position + 1)
        position = string.range.upperBound + 1
        return string
    }

    private mutating func scanNumber(in text: Span<UInt8>) throws(JSONError) -> Range<Int> {
        let number = try JSONNumber.scan(text, from: position)
        position = number.upperBound
        return number
    }
}
