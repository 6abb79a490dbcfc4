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
        var decoded: [UInt8] = []
        guard bytes.count % 4 == 0, padding <= 2,
            decode(bytes.span, 0..<bytes.count - padding, standardTables, appendingTo: &decoded)
        else { throw .invalidEncoding }
        return decoded
    }

    package static func decodeURL(_ text: String) throws(CryptoError) -> [UInt8] {
        let bytes = Array(text.utf8)
        var decoded: [UInt8] = []
        guard decodeURL(bytes.span, 0..<bytes.count, appendingTo: &decoded) else { throw .invalidEncoding }
        return decoded
    }

    /// Decodes part of a text where it stands: a segment of a token. `false`: it is not valid, and nothing was appended.
    package static func decodeURL(_ text: Span<UInt8>, _ range: Range<Int>, appendingTo bytes: inout [UInt8]) -> Bool {
        decode(text, range, urlSafeTables, appendingTo: &bytes)
    }
}

extension Base64 {
    private static let standard = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let urlSafe = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
    private static let standardTables = tables(of: standard)
    private static let urlSafeTables = tables(of: urlSafe)

    /// Above the 24 bits of a group: one of its characters is outside of the alphabet.
    private static let outsideAlphabet: UInt32 = 1 << 31

    /// For each of the four places of a group, and for each byte, the bits that it adds to the group.
    private static func tables(of alphabet: [UInt8]) -> [UInt32] {
        var tables = [UInt32](repeating: outsideAlphabet, count: 4 * 256)
        for place in 0..<4 {
            for (value, byte) in alphabet.enumerated() { tables[place * 256 + Int(byte)] = UInt32(value) << UInt32(18 - place * 6) }
        }
        return tables
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

    /// Four characters at a time: their 24 bits are put together from four tables, and are written as four bytes of which
    /// the next group overwrites the last. As a loop over bytes this was a tenth of what a new token costs.
    private static func decode(
        _ text: Span<UInt8>, _ range: Range<Int>, _ tables: [UInt32], appendingTo bytes: inout [UInt8]
    ) -> Bool {
        // A single left-over character holds 6 bits: no byte.
        guard range.count % 4 != 1 else { return false }
        let text = text.extracting(range)
        let count = text.count / 4 * 3 + max(0, text.count % 4 - 1)
        // By way of the stack: an array that is made with a capacity or a repeated value looks its own type up at run time,
        // which takes longer than the copy.
        return unsafe withUnsafeTemporaryAllocation(byteCount: text.count / 4 * 3 + 4, alignment: 4) { output in
            let isValid = unsafe text.withUnsafeBufferPointer { text in
                unsafe tables.withUnsafeBufferPointer { tables in unsafe decode(text, tables, into: output) }
            }
            if isValid { unsafe bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: output[..<count])) }
            return isValid
        }
    }

    /// - Parameter output: room for the bytes of the text, and for one more.
    private static func decode(
        _ text: UnsafeBufferPointer<UInt8>, _ tables: UnsafeBufferPointer<UInt32>, into output: UnsafeMutableRawBufferPointer
    ) -> Bool {
        func bits(_ index: Int, _ place: Int) -> UInt32 { unsafe tables[place &* 256 &+ Int(text[index])] }
        precondition(tables.count == 1024 && output.count >= text.count / 4 * 3 + 4)
        var (index, written): (Int, Int) = (0, 0)
        var seen: UInt32 = 0
        while index &+ 4 <= text.count {
            let group = bits(index, 0) | bits(index &+ 1, 1) | bits(index &+ 2, 2) | bits(index &+ 3, 3)
            seen |= group
            unsafe output.storeBytes(of: (group << 8).bigEndian, toByteOffset: written, as: UInt32.self)
            (index, written) = (index &+ 4, written &+ 3)
        }
        let left = text.count &- index
        guard left > 0 else { return seen & outsideAlphabet == 0 }
        let group = bits(index, 0) | bits(index &+ 1, 1) | (left == 3 ? bits(index &+ 2, 2) : 0)
        unsafe output.storeBytes(of: (group << 8).bigEndian, toByteOffset: written, as: UInt32.self)
        // RFC 4648 §3.5: left-over bits that are not zero would let several texts mean the same bytes.
        let leftOver: UInt32 = left == 3 ? 0xFF : 0xFFFF
        return (seen | group) & outsideAlphabet == 0 && group & leftOver == 0
    }
}
