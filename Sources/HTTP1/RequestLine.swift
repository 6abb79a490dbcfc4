internal import HTTP

/// A request line (RFC 9112 §3) taken apart: `method SP request-target SP HTTP-version`, single spaces, nothing else.
struct RequestLine {
    let method: Method
    let target: Range<Int>
    let minorVersion: UInt8

    init(parsing line: Range<Int>, of input: Span<UInt8>) throws(RequestError) {
        let methodEnd = endOfToken(in: input, from: line.lowerBound, to: line.upperBound)
        guard methodEnd > line.lowerBound, methodEnd < line.upperBound, input[methodEnd] == UInt8(ascii: " ") else {
            guard methodEnd < line.upperBound, !input[methodEnd].isWhiteSpace else { throw .requestLineInvalid }
            throw .methodCharacter(input[methodEnd])
        }
        // No target contains a space, so the last one stands before the version.
        guard let lastSpace = (methodEnd + 1..<line.upperBound).last(where: { input[$0] == UInt8(ascii: " ") }),
            lastSpace > methodEnd + 1
        else { throw .requestLineInvalid }
        switch HTTPVersion(parsing: lastSpace + 1..<line.upperBound, of: input) {
        case .http11: minorVersion = 1
        case .http10: minorVersion = 0
        case .unsupported: throw .versionNotSupported
        case .malformed: throw .versionInvalid
        }
        target = methodEnd + 1..<lastSpace
        method = Method(recognising: line.lowerBound..<methodEnd, of: input)
    }
}

extension Method {
    /// The whole token, in its own case (RFC 9110 §9.1); only a method that no RFC here names costs a string.
    init(recognising name: Range<Int>, of input: Span<UInt8>) {
        switch name.count {
        case 3 where equals(input, name, "GET"): self = .get
        case 3 where equals(input, name, "PUT"): self = .put
        case 4 where equals(input, name, "POST"): self = .post
        case 4 where equals(input, name, "HEAD"): self = .head
        case 5 where equals(input, name, "PATCH"): self = .patch
        case 5 where equals(input, name, "TRACE"): self = .trace
        case 6 where equals(input, name, "DELETE"): self = .delete
        case 7 where equals(input, name, "OPTIONS"): self = .options
        case 7 where equals(input, name, "CONNECT"): self = .connect
        default:
            var text = ""
            for index in name { text.unicodeScalars.append(Unicode.Scalar(input[index])) }
            self = .extension(text)
        }
    }
}
