/// HTTP-version (RFC 9112 §2.3), which is case-sensitive. Higher minor versions do not exist, and what claims to be
/// one is not a peer to guess about.
enum HTTPVersion: Hashable {
    case http10, http11, unsupported, malformed

    init(parsing range: Range<Int>, of input: Span<UInt8>) {
        let start = range.lowerBound
        if equals(input, range, "HTTP/1.1") {
            self = .http11
        } else if equals(input, range, "HTTP/1.0") {
            self = .http10
        } else if range.count == 8, equals(input, start..<start + 5, "HTTP/"), input[start + 5].isDigit,
            input[start + 6] == UInt8(ascii: "."), input[start + 7].isDigit
        {
            self = .unsupported
        } else {
            self = .malformed
        }
    }
}
