/// RFC 4648 in its strict reading: one text for one sequence of bytes. White space, misplaced or missing padding and
/// left-over bits that are not zero are refused.
package enum Base64 {
    /// Standard alphabet, padded: §4.
    package static func encode(_ bytes: [UInt8]) -> String {
        let text = encode(bytes, alphabet: standard)
        return text + String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
    }

    /// URL-safe alphabet without padding: §5, and RFC 7515 §2.
    package static func encodeURL(_ bytes: [UInt8]) -> String { encode(bytes, alphabet: urlSafe) }

    package static func decode(_ text: String) throws(CryptoError) -> [UInt8] {
        let bytes = Array(text.utf8)
        let padding = bytes.reversed().prefix { $0 == UInt8(ascii: "=") }.count
        guard bytes.count % 4 == 0, padding <= 2, let decoded = decode(bytes.span, 0..<bytes.count - padding, standardValues) else {
            throw .invalidEncoding
        }
        return decoded
    }

    package static func decodeURL(_ text: String) throws(CryptoError) -> [UInt8] {
        let bytes = Array(text.utf8)
        guard let decoded = decodeURL(bytes.span, 0..<bytes.count) else { throw .invalidEncoding }
        return decoded
    }

    /// Decodes part of a text where it stands: a segment of a token.
    package static func decodeURL(_ text: Span<UInt8>, _ range: Range<Int>) -> [UInt8]? { decode(text, range, urlSafeValues) }
}

extension Base64 {
    private static let standard = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let urlSafe = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
    private static let standardValues = values(of: standard)
    private static let urlSafeValues = values(of: urlSafe)

    /// For each byte its value, or 0xFF for a byte outside of the alphabet.
    private static func values(of alphabet: [UInt8]) -> [UInt8] {
        var values = [UInt8](repeating: 0xFF, count: 256)
        for (value, byte) in alphabet.enumerated() { values[Int(byte)] = UInt8(value) }
        return values
    }

    private static func encode(_ bytes: [UInt8], alphabet: [UInt8]) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count * 4 + 2) / 3)
        var (bits, count): (UInt32, Int) = (0, 0)
        for byte in bytes {
            (bits, count) = (bits << 8 | UInt32(byte), count + 8)
            while count >= 6 {
                count -= 6
                text.append(alphabet[Int(bits >> UInt32(count) & 63)])
            }
        }
        if count > 0 { text.append(alphabet[Int(bits << UInt32(6 - count) & 63)]) }
        return String(decoding: text, as: UTF8.self)
    }

    private static func decode(_ text: Span<UInt8>, _ range: Range<Int>, _ table: [UInt8]) -> [UInt8]? {
        // A single left-over character holds 6 bits: no byte.
        guard range.count % 4 != 1 else { return nil }
        let values = table.span
        var isValid = true
        let decoded = [UInt8](capacity: range.count / 4 * 3 + 2) { output in
            var index = range.lowerBound
            var seen: UInt8 = 0
            while index + 4 <= range.upperBound {
                let (a, b) = (values[Int(text[index])], values[Int(text[index + 1])])
                let (c, d) = (values[Int(text[index + 2])], values[Int(text[index + 3])])
                seen |= a | b | c | d
                output.append(a << 2 | b >> 4)
                output.append(b << 4 | c >> 2)
                output.append(c << 6 | d)
                index += 4
            }
            if index < range.upperBound {
                let left = range.upperBound - index
                let (a, b) = (values[Int(text[index])], values[Int(text[index + 1])])
                let c = left == 3 ? values[Int(text[index + 2])] : 0
                seen |= a | b | c
                output.append(a << 2 | b >> 4)
                if left == 3 { output.append(b << 4 | c >> 2) }
                // RFC 4648 §3.5: otherwise several texts would mean the same bytes.
                if (left == 3 ? c & 0b11 : b & 0b1111) != 0 { isValid = false }
            }
            if seen & 0xC0 != 0 { isValid = false }
        }
        return isValid ? decoded : nil
    }
}
