internal import HTTP

/// A request target (RFC 9112 §3.2) taken apart. Which bytes may stand where is all that is decided here; escapes and
/// dot segments are the business of whoever canonicalises the path.
struct RequestTarget {
    /// The authority of an absolute-form target.
    private(set) var authority: Range<Int>?
    /// Empty where an absolute-form target has no path.
    private(set) var path: Range<Int>
    private(set) var query: Range<Int>?

    init(parsing target: Range<Int>, of input: Span<UInt8>, for method: Method) throws(RequestError) {
        guard method != .connect else { throw .connectNotSupported }
        path = target
        if input[target.lowerBound] == UInt8(ascii: "/") {
            try readPathAndQuery(target, of: input)
        } else if equals(input, target, "*") {
            // Asterisk-form is for OPTIONS alone (RFC 9112 §3.2.4).
            guard method == .options else { throw .targetForm }
        } else {
            try readAbsoluteForm(target, of: input)
        }
    }

    private mutating func readPathAndQuery(_ range: Range<Int>, of input: Span<UInt8>) throws(RequestError) {
        var index = range.lowerBound
        while index < range.upperBound, CharacterSet128.path.contains(input[index]) { index &+= 1 }
        path = range.lowerBound..<index
        guard index < range.upperBound else { return }
        guard input[index] == UInt8(ascii: "?") else { throw .targetCharacter(input[index]) }
        query = index + 1..<range.upperBound
        index &+= 1
        while index < range.upperBound {
            guard CharacterSet128.query.contains(input[index]) else { throw .targetCharacter(input[index]) }
            index &+= 1
        }
    }

    /// `scheme "://" authority path-abempty [ "?" query ]` (RFC 9112 §3.2.2).
    private mutating func readAbsoluteForm(_ range: Range<Int>, of input: Span<UInt8>) throws(RequestError) {
        let colon = range.first { input[$0] == UInt8(ascii: ":") }
        guard let colon, colon + 2 < range.upperBound, input[colon + 1] == UInt8(ascii: "/"), input[colon + 2] == UInt8(ascii: "/")
        else {
            for index in range where !CharacterSet128.query.contains(input[index]) { throw .targetCharacter(input[index]) }
            throw .targetForm
        }
        let scheme = range.lowerBound..<colon
        let isHTTP = scheme.count == 4 && matches(input, at: scheme.lowerBound, "http")
        let isHTTPS = scheme.count == 5 && matches(input, at: scheme.lowerBound, "https")
        guard isHTTP || isHTTPS else { throw .targetScheme }
        let authorityStart = colon + 3
        let rest = authorityStart..<range.upperBound
        let authorityEnd =
            rest.first { input[$0] == UInt8(ascii: "/") || input[$0] == UInt8(ascii: "?") } ?? range.upperBound
        guard isAuthority(authorityStart..<authorityEnd, of: input) else { throw .targetAuthority }
        authority = authorityStart..<authorityEnd
        try readPathAndQuery(authorityEnd..<range.upperBound, of: input)
    }
}
