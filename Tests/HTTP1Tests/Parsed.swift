import HTTP

@testable import HTTP1

/// What a parser made of some bytes, as a value that tests compare.
struct ParsedRequest: Equatable {
    var length: Int
    var method: Method
    var target: String
    var path: String
    var query: String?
    var authority: String
    var minorVersion: UInt8
    var framing: MessageFraming
    var keepsAlive: Bool
    var expectsContinue: Bool
    var wantsUpgrade: Bool
    var fields: [String]

    init(_ head: RequestHead, length: Int) {
        let section = head.section
        self.length = length
        method = head.method
        target = section.string(head.target)
        path = section.string(head.path)
        query = head.query.map(section.string)
        authority = section.string(head.authority)
        minorVersion = head.minorVersion
        framing = head.framing
        keepsAlive = head.keepsAlive
        expectsContinue = head.expectsContinue
        wantsUpgrade = head.wantsUpgrade
        fields = section.lines.map { "\(section.string($0.name)): \(section.string($0.value))" }
    }
}

extension HeadLimits {
    static let generous = HeadLimits(requestLineBytes: 8_192, headerBytes: 32_768, headerCount: 100)
}

/// Parses a whole head at once; `nil` when it is not complete.
func parseRequest(_ bytes: [UInt8], limits: HeadLimits = .generous) throws(RequestError) -> ParsedRequest? {
    try parseRequest(bytes, splitAt: [], limits: limits)
}

func parseRequest(_ text: String, limits: HeadLimits = .generous) throws(RequestError) -> ParsedRequest? {
    try parseRequest(Array(text.utf8), limits: limits)
}

/// Parses a head that comes in pieces: the first `splits[0]` bytes, then the first `splits[1]`, …, then all.
func parseRequest(
    _ bytes: [UInt8], splitAt splits: [Int], limits: HeadLimits = .generous
) throws(RequestError) -> ParsedRequest? {
    var parser = RequestParser()
    let head = RequestHead()
    for count in splits + [bytes.count] {
        let arrived = Array(bytes[..<count])
        if case .head(let length) = try parser.parse(arrived.span, into: head, limits: limits) {
            return ParsedRequest(head, length: length)
        }
    }
    return nil
}

struct ParsedResponse: Equatable {
    var length: Int
    var status: Status
    var minorVersion: UInt8
    var framing: MessageFraming
    var keepsAlive: Bool
    var fields: [String]

    init(_ head: ResponseHead, length: Int) {
        let section = head.section
        self.length = length
        status = head.status
        minorVersion = head.minorVersion
        framing = head.framing
        keepsAlive = head.keepsAlive
        fields = section.lines.map { "\(section.string($0.name)): \(section.string($0.value))" }
    }
}

func parseResponse(
    _ bytes: [UInt8], answering method: Method, splitAt splits: [Int] = [], limits: HeadLimits = .generous
) throws(ResponseError) -> ParsedResponse? {
    var parser = ResponseParser()
    let head = ResponseHead()
    for count in splits + [bytes.count] {
        let arrived = Array(bytes[..<count])
        if case .head(let length) = try parser.parse(arrived.span, into: head, answering: method, limits: limits) {
            return ParsedResponse(head, length: length)
        }
    }
    return nil
}
