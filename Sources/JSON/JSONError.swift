/// Why a text is not the JSON that is accepted here, and where: `offset` counts bytes from 0, `line` and `column` (in
/// bytes) from 1.
package struct JSONError: Error, Hashable, Sendable {
    package enum Reason: Hashable, Sendable {
        /// RFC 8259 §8.1 forbids it, and what follows it is often UTF-16.
        case byteOrderMark
        case tooLarge(bytesMax: Int)
        case tooDeep(depthMax: Int)
        case tooManyMembers(membersMax: Int)
        case endOfText
        case unexpectedByte(UInt8)
        case trailingBytes
        case controlCharacter(UInt8)
        case invalidUTF8
        case invalidEscape
        /// Half of a `\uD8xx\uDCxx` pair: no character, and not expressible in UTF-8.
        case loneSurrogate
        case invalidNumber
        /// RFC 8259 §4 leaves the meaning open, so two readers may see two values.
        case duplicateMember(String)
        /// The text is fine, but it is not an object.
        case notAnObject
    }

    package let reason: Reason
    package let offset: Int
    package let line: Int
    package let column: Int

    init(_ reason: Reason, at offset: Int, in text: Span<UInt8>) {
        var (line, lineStart) = (1, 0)
        for index in 0..<min(offset, text.count) where text[index] == UInt8(ascii: "\n") {
            line += 1
            lineStart = index + 1
        }
        (self.reason, self.offset, self.line, column) = (reason, offset, line, offset - lineStart + 1)
    }
}

extension JSONError: CustomStringConvertible {
    package var description: String { "line \(line), column \(column): \(reason)" }
}

extension JSONError.Reason: CustomStringConvertible {
    package var description: String {
        switch self {
        case .byteOrderMark: "the text begins with a byte order mark"
        case .tooLarge(let bytesMax): "the text is larger than \(bytesMax) bytes"
        case .tooDeep(let depthMax): "arrays and objects are nested deeper than \(depthMax)"
        case .tooManyMembers(let membersMax): "an object has more than \(membersMax) members"
        case .endOfText: "the text ends too early"
        case .unexpectedByte(let byte): "unexpected \(byte.shown)"
        case .trailingBytes: "something follows the value"
        case .controlCharacter(let byte): "a string holds the unescaped control character \(byte.shown)"
        case .invalidUTF8: "the text is not UTF-8"
        case .invalidEscape: "a string holds an escape that JSON does not have"
        case .loneSurrogate: "a string holds half of a surrogate pair"
        case .invalidNumber: "this is not a JSON number"
        case .duplicateMember(let name): "the member \"\(name)\" appears twice"
        case .notAnObject: "this is not an object"
        }
    }
}

extension UInt8 {
    /// The byte as a person writes it: `"x"` when printable, otherwise `byte 0x1F`.
    fileprivate var shown: String {
        (0x21...0x7E).contains(self)
            ? "\"\(Character(UnicodeScalar(self)))\"" : "byte 0x\(String(self, radix: 16, uppercase: true))"
    }
}
