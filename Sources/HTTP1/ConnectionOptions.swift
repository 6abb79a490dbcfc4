package import HTTP

/// What the Connection fields of a message say (RFC 9110 §7.6.1), and so which of its field lines end at this hop.
package struct ConnectionOptions: Sendable, Equatable {
    package private(set) var close = false
    package private(set) var keepAlive = false
    package private(set) var upgrade = false
    /// Whether an option other than these three is there: only then must each line's name be compared.
    private var namesFields = false

    package init(_ section: borrowing FieldSection) throws(FieldError) {
        guard section.contains(.connection) else { return }
        var count = 0
        for line in section.lines where line.known == .connection {
            var rest = line.value
            while let option = nextListElement(&rest, of: section.bytes.span) {
                count += 1
                guard count <= HeadLimits.connectionOptionsMax else {
                    throw .tooManyConnectionOptions(limit: HeadLimits.connectionOptionsMax)
                }
                note(option, in: section.bytes.span)
            }
        }
    }

    private mutating func note(_ option: Range<Int>, in bytes: Span<UInt8>) {
        switch option.count {
        case 5 where matches(bytes, at: option.lowerBound, "close"): close = true
        case 7 where matches(bytes, at: option.lowerBound, "upgrade"): upgrade = true
        case 10 where matches(bytes, at: option.lowerBound, "keep-alive"): keepAlive = true
        default: namesFields = true
        }
    }

    /// Whether the line belongs to the connection that the message came on and must not be forwarded. Host,
    /// Content-Length and Content-Type speak about the message itself: naming them in Connection is a mistake or an attack
    /// (content that was checked as what it says would be read as something else), and takes nothing away.
    package func isHopByHop(_ line: FieldLine, in section: FieldSection) -> Bool {
        switch line.known {
        case .connection, .keepAlive, .proxyConnection, .te, .trailer, .transferEncoding, .upgrade, .proxyAuthenticate,
            .proxyAuthorization:
            true
        case .host, .contentLength, .contentType: false
        default: namesFields && isNamed(line, in: section)
        }
    }

    private func isNamed(_ line: FieldLine, in section: FieldSection) -> Bool {
        for connection in section.lines where connection.known == .connection {
            var rest = connection.value
            while let option = nextListElement(&rest, of: section.bytes.span) {
                if section.equalsIgnoringCase(option, line.name) { return true }
            }
        }
        return false
    }
}

/// Takes the next element that is not empty from a comma-separated list (RFC 9110 §5.6.1.2).
func nextListElement(_ rest: inout Range<Int>, of bytes: Span<UInt8>) -> Range<Int>? {
    while !rest.isEmpty {
        var comma = rest.lowerBound
        while comma < rest.upperBound, bytes[comma] != UInt8(ascii: ",") { comma &+= 1 }
        let element = trimmed(rest.lowerBound..<comma, of: bytes)
        rest = min(comma + 1, rest.upperBound)..<rest.upperBound
        if !element.isEmpty { return element }
    }
    return nil
}

extension FieldSection {
    /// Whether two parts of the section differ at most in the case of ASCII letters.
    func equalsIgnoringCase(_ one: Range<Int>, _ other: Range<Int>) -> Bool {
        guard one.count == other.count else { return false }
        let first = bytes.span.extracting(one)
        let second = bytes.span.extracting(other)
        for index in first.indices where first[index].asciiLowercased != second[index].asciiLowercased { return false }
        return true
    }
}
