import HTTP
import Testing

@testable import HTTP1

@Suite struct HeadLimitsTests {
    private let limits = HeadLimits(requestLineBytes: 14, headerBytes: 20, headerCount: 2)

    @Test func `a head that just fits is accepted`() throws {
        #expect(try parseRequest("GET / HTTP/1.1\r\nHost: a\r\nB: 4567\r\n\r\n", limits: limits) != nil)
        #expect(try parseRequest("\r\nGET / HTTP/1.1\r\nHost: a\r\nB: 4567\r\n\r\n", limits: limits) != nil)
    }

    @Test(arguments: [
        "GET /a HTTP/1.1\r\n", "GET /aaaaaaaaaaaa", "GETTTTTTTTTTTTTTTTTTTT", "\r\nGET /a HTTP/1.1\r\nHost: a\r\n\r\n",
    ])
    func `a request line over the limit is 414, whole or not`(text: String) {
        #expect(throws: RequestError.requestLineTooLong(limitBytes: 14)) { try parseRequest(text, limits: limits) }
        #expect(RequestError.requestLineTooLong(limitBytes: 14).status == .uriTooLong)
    }

    @Test(arguments: ["Host: a\r\nB: 45678\r\n\r\n", "Host: aaaaaaaaaaaaaaaaaaaaaaaaa", "Host: aaaaaaaaaaaa\r\n\r\n"])
    func `a section over the limit is 431, whole or not`(fields: String) {
        let error = RequestError.field(.sectionTooLarge(limitBytes: 20))
        #expect(throws: error) { try parseRequest("GET / HTTP/1.1\r\n\(fields)", limits: limits) }
        #expect(error.status == .requestHeaderFieldsTooLarge)
    }

    @Test func `too many fields are 431`() {
        let error = RequestError.field(.tooManyFields(limit: 2))
        #expect(throws: error) { try parseRequest("GET / HTTP/1.1\r\nHost:a\r\nB:\r\nC:\r\n\r\n", limits: limits) }
        #expect(error.status == .requestHeaderFieldsTooLarge)
    }

    @Test(arguments: [
        (RequestError.field(.bareLineFeed), 400), (.framing(.bothLengths), 400), (.framing(.transferCodingUnknown), 501),
        (.connectNotSupported, 501),
        (.versionNotSupported, 505), (.versionInvalid, 400), (.expectationUnknown, 417), (.hostMissing, 400),
        (.targetCharacter(0x23), 400),
        (.field(.tooManyConnectionOptions(limit: 32)), 431),
    ])
    func `every refusal has the status that the RFCs give it`(error: RequestError, code: Int) {
        #expect(error.status == Status(UInt16(code)))
    }
}
