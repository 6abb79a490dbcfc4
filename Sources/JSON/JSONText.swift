/// A string literal where it stands in a text: the offsets of what is between its quotes, which has been checked to be
/// UTF-8 with valid escapes.
package struct JSONText: Equatable, Sendable {
    package let range: Range<Int>
    /// No escapes: its bytes are its characters.
    package let isPlain: Bool

    /// Reads up to the closing quote; `start` is the offset behind the opening one.
    init(scanning text: Span<UInt8>, from start: Int) throws(JSONError) {
        var (index, isPlain) = (start, true)
        while index < text.count {
            let byte = text[index]
            if 0x20..<0x80 ~= byte, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
                index &+= 1
            } else if byte == UInt8(ascii: "\"") {
                (range, self.isPlain) = (start..<index, isPlain)
                return
            } else if byte == UInt8(ascii: "\\") {
                isPlain = false
                index += try Self.escapeLength(in: text, at: index)
            } else if byte >= 0x80 {
                index += try Self.characterLength(in: text, at: index)
            } else {
                throw JSONError(.controlCharacter(byte), at: index, in: text)
            }
        }
        throw JSONError(.endOfText, at: text.count, in: text)
    }

    package func isEqual(to string: String, in text: Span<UInt8>) -> Bool { isEqual(to: string.utf8Span.span, in: text) }

    /// - Parameter characters: UTF-8.
    func isEqual(to characters: Span<UInt8>, in text: Span<UInt8>) -> Bool {
        guard isPlain else {
            let bytes = bytes(in: text)
            return Self.areSame(bytes.span, characters)
        }
        return range.count == characters.count && Self.areSame(text.extracting(range), characters)
    }

    private static func areSame(_ a: Span<UInt8>, _ b: Span<UInt8>) -> Bool {
        guard a.count == b.count else { return false }
        for index in a.indices where a[index] != b[index] { return false }
        return true
    }

    /// Equality of what the two literals mean: `"\u0061"` is `"a"`.
    package func isEqual(to other: JSONText, in text: Span<UInt8>) -> Bool {
        guard isPlain, other.isPlain else { return bytes(in: text) == other.bytes(in: text) }
        guard range.count == other.range.count else { return false }
        let distance = other.range.lowerBound - range.lowerBound
        for index in range where text[index] != text[index + distance] { return false }
        return true
    }

    package func string(in text: Span<UInt8>) -> String {
        // Checked when it was scanned; without escapes its bytes are its characters, and no copy lies between.
        if isPlain, let characters = try? UTF8Span(validating: text.extracting(range)) { return String(copying: characters) }
        return String(decoding: bytes(in: text), as: UTF8.self)
    }

    /// The characters in UTF-8, escapes resolved.
    package func bytes(in text: Span<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(range.count)
        var index = range.lowerBound
        while index < range.upperBound {
            if text[index] == UInt8(ascii: "\\") {
                bytes.append(contentsOf: String(Self.escaped(in: text, at: index)).utf8)
                index += Self.length(ofEscapeIn: text, at: index)
            } else {
                bytes.append(text[index])
                index += 1
            }
        }
        return bytes
    }
}

// MARK: - Escapes, RFC 8259 §7

extension JSONText {
    /// Checks the escape at `index` and says how many bytes it takes: a surrogate pair counts as one escape.
    private static func escapeLength(in text: Span<UInt8>, at index: Int) throws(JSONError) -> Int {
        guard index + 1 < text.count else { throw JSONError(.endOfText, at: text.count, in: text) }
        switch text[index + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "n"),
            UInt8(ascii: "r"), UInt8(ascii: "t"):
            return 2
        case UInt8(ascii: "u"):
            guard let unit = codeUnit(in: text, at: index) else { throw JSONError(.invalidEscape, at: index, in: text) }
            guard UTF16.isSurrogate(unit) else { return 6 }
            guard UTF16.isLeadSurrogate(unit), let trail = codeUnit(in: text, at: index + 6), UTF16.isTrailSurrogate(trail) else {
                throw JSONError(.loneSurrogate, at: index, in: text)
            }
            return 12
        default: throw JSONError(.invalidEscape, at: index, in: text)
        }
    }

    /// The character of a checked escape.
    private static func escaped(in text: Span<UInt8>, at index: Int) -> Character {
        switch text[index + 1] {
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            let lead = codeUnit(in: text, at: index) ?? 0xFFFD
            let units = UTF16.isSurrogate(lead) ? [lead, codeUnit(in: text, at: index + 6) ?? 0xFFFD] : [lead]
            return Character(String(decoding: units, as: UTF16.self))
        case let byte: return Character(UnicodeScalar(byte))
        }
    }

    /// The length of a checked escape.
    private static func length(ofEscapeIn text: Span<UInt8>, at index: Int) -> Int {
        guard text[index + 1] == UInt8(ascii: "u") else { return 2 }
        return codeUnit(in: text, at: index).map(UTF16.isSurrogate) == true ? 12 : 6
    }

    /// The four hexadecimal digits of `\uXXXX` at `index`.
    private static func codeUnit(in text: Span<UInt8>, at index: Int) -> UInt16? {
        guard index + 6 <= text.count, text[index] == UInt8(ascii: "\\"), text[index + 1] == UInt8(ascii: "u") else { return nil }
        var unit: UInt16 = 0
        for offset in 2..<6 {
            guard let digit = Character(UnicodeScalar(text[index + offset])).hexDigitValue else { return nil }
            unit = unit << 4 | UInt16(digit)
        }
        return unit
    }
}

// MARK: - UTF-8, RFC 3629 §4

extension JSONText {
    /// Checks the multi-byte character at `index` and says how many bytes it takes.
    private static func characterLength(in text: Span<UInt8>, at index: Int) throws(JSONError) -> Int {
        func continues(_ offset: Int, _ allowed: ClosedRange<UInt8> = 0x80...0xBF) -> Bool {
            index + offset < text.count && allowed.contains(text[index + offset])
        }
        switch text[index] {
        case 0xC2...0xDF where continues(1): return 2
        case 0xE0 where continues(1, 0xA0...0xBF) && continues(2): return 3
        case 0xED where continues(1, 0x80...0x9F) && continues(2): return 3
        case 0xE1...0xEC where continues(1) && continues(2), 0xEE...0xEF where continues(1) && continues(2): return 3
        case 0xF0 where continues(1, 0x90...0xBF) && continues(2) && continues(3): return 4
        case 0xF1...0xF3 where continues(1) && continues(2) && continues(3): return 4
        case 0xF4 where continues(1, 0x80...0x8F) && continues(2) && continues(3): return 4
        default: throw JSONError(.invalidUTF8, at: index, in: text)
        }
    }
}
