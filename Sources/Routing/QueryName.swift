import HTTP

/// The name of a parameter, as the most lenient origins would read it. Form decoding turns `+` and `%XX` back (WHATWG URL,
/// application/x-www-form-urlencoded); PHP, Rails and Express take `user_id[]` for `user_id`; PHP strips white space in
/// front and makes `_` of `.` and space; ASP.NET ignores case; programs in C stop at a NUL. Names that are equal after all of
/// that are one name here.
package struct QueryName: Sendable {
    private let folded: [UInt8]

    package init(_ name: String) { self.init(decoded: name.utf8) }

    private init(decoded name: some Sequence<UInt8>) {
        var folded: [UInt8] = []
        for byte in name {
            if !folded.isEmpty, byte == UInt8(ascii: "[") || byte == 0 { break }
            guard let byte = QueryName.fold(byte, isFirst: folded.isEmpty) else { continue }
            folded.append(byte)
        }
        self.folded = folded
    }

    /// Whether some origin takes this name of another format, decoded, for the same.
    package func isName(of decoded: [UInt8]) -> Bool { QueryName(decoded: decoded).folded == folded }

    func matches(_ piece: QueryPiece, _ query: Span<UInt8>) -> Bool {
        var count = 0
        var index = piece.start
        while index < piece.nameEnd {
            let byte = decodedByte(query, at: &index)
            // A bracket or a NUL in front of everything is a name of its own.
            if count > 0, byte == UInt8(ascii: "[") || byte == 0 { break }
            guard let byte = QueryName.fold(byte, isFirst: count == 0) else { continue }
            guard count < folded.count, folded[count] == byte else { return false }
            count += 1
        }
        return count == folded.count
    }

    private static func fold(_ byte: UInt8, isFirst: Bool) -> UInt8? {
        switch byte.asciiLowercased {
        case 48...57, 97...122, 0x80...: byte.asciiLowercased
        case UInt8(ascii: " "), 9...13: isFirst ? nil : UInt8(ascii: "_")
        default: UInt8(ascii: "_")
        }
    }
}

/// One `name=value` of a query: offsets into its bytes.
struct QueryPiece {
    let start: Int
    let end: Int
    let nameEnd: Int

    init(_ query: Span<UInt8>, from start: Int, separator: UInt8) {
        self.init(query, from: start, to: query.count, separator: separator)
    }

    init(_ query: Span<UInt8>, from start: Int, to limit: Int, separator: UInt8) {
        var end = start
        var equals: Int?
        while end < limit, query[end] != separator {
            if equals == nil, query[end] == UInt8(ascii: "=") { equals = end }
            end += 1
        }
        (self.start, self.end, nameEnd) = (start, end, equals ?? end)
    }

    func checkEscapes(_ query: Span<UInt8>) throws(QueryRefusal) {
        for index in start..<end where query[index] == UInt8(ascii: "%") {
            // An escape may not reach past its piece: `%` and `&` are never hexadecimal digits.
            guard escapedByte(query, at: index) != nil else { throw .badEscape }
        }
    }

    /// Whether the value, form-decoded, is exactly `text`.
    func hasValue(_ text: String, _ query: Span<UInt8>) -> Bool {
        let expected = text.utf8.span
        var index = min(nameEnd + 1, end)
        var count = 0
        while index < end {
            guard count < expected.count, decodedByte(query, at: &index) == expected[count] else { return false }
            count += 1
        }
        return count == expected.count
    }
}

/// The byte at `index`, form-decoded, and `index` behind it.
private func decodedByte(_ query: Span<UInt8>, at index: inout Int) -> UInt8 {
    let byte = query[index]
    if byte == UInt8(ascii: "%"), let value = escapedByte(query, at: index) {
        index += 3
        return value
    }
    index += 1
    return byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte
}
