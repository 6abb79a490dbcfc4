internal import HTTP

/// What Content-Length and Transfer-Encoding say together (RFC 9112 §6). Requests and responses share the rules; what
/// neither field being there means is theirs to say.
struct FramingFields {
    private(set) var contentLength: Int64?
    private(set) var isChunked = false

    init(_ section: borrowing FieldSection, minorVersion: UInt8) throws(FramingError) {
        guard section.contains(.contentLength) || section.contains(.transferEncoding) else { return }
        for line in section.lines {
            switch line.known {
            case .contentLength:
                guard contentLength == nil else { throw .contentLengthRepeated }
                contentLength = try parseContentLength(line.value, of: section.bytes.span)
            case .transferEncoding:
                guard minorVersion == 1 else { throw .transferCodingInHTTP10 }
                guard !isChunked else { throw .transferCodingInvalid }
                try Self.requireChunked(line.value, of: section.bytes.span)
                isChunked = true
            default: continue
            }
        }
        guard contentLength == nil || !isChunked else { throw .bothLengths }
    }

    /// The value must be `chunked` and nothing else. The way in which it is not decides the answer.
    private static func requireChunked(_ value: Range<Int>, of bytes: Span<UInt8>) throws(FramingError) {
        if value.count == 7, matches(bytes, at: value.lowerBound, "chunked") { return }
        var rest = value
        var chunkedCodings = 0
        var otherCodings = 0
        while let coding = nextListElement(&rest, of: bytes) {
            if coding.count == 7, matches(bytes, at: coding.lowerBound, "chunked") {
                chunkedCodings += 1
            } else {
                otherCodings += 1
                // `chunked` must be the last (RFC 9112 §6.1).
                if chunkedCodings > 0 { throw .transferCodingInvalid }
            }
        }
        throw otherCodings > 0 && chunkedCodings <= 1 ? .transferCodingUnknown : .transferCodingInvalid
    }
}
