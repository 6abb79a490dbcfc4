import HTTP
import Testing

@testable import HTTP1

@Suite struct ResponseParserTests {
    private func parse(_ text: String, answering method: Method = .get) throws(ResponseError) -> ParsedResponse? {
        try parseResponse(Array(text.utf8), answering: method)
    }

    @Test func `an ordinary answer fills every property`() throws {
        let text = "HTTP/1.1 200 All right\r\nContent-Length: 2\r\nSet-Cookie: a=b\r\nset-cookie: c=d\r\n\r\nok"
        let parsed = try #require(try parse(text))
        #expect(parsed.length == text.utf8.count - 2)
        #expect(parsed.status == .ok && parsed.minorVersion == 1 && parsed.framing == .length(2) && parsed.keepsAlive)
        #expect(parsed.fields == ["Content-Length: 2", "Set-Cookie: a=b", "set-cookie: c=d"])
    }

    @Test(arguments: ["HTTP/1.1 204 ", "HTTP/1.1 204", "HTTP/1.1 204 No\tContent é"])
    func `the reason may be missing, with its space or without`(line: String) throws {
        #expect(try parse("\(line)\r\n\r\n")?.status == .noContent)
    }

    @Test(arguments: [
        ("", ResponseError.statusLineInvalid), ("HTTP/1.1", .statusLineInvalid), ("HTTP/1.1 ", .statusLineInvalid),
        ("HTTP/1.1 20", .statusLineInvalid), ("HTTP/1.1  200 OK", .statusLineInvalid), ("HTTP/1.1 2000 OK", .statusLineInvalid),
        ("HTTP/1.1 200OK", .statusLineInvalid), ("HTTP/1.1\t200 OK", .statusLineInvalid), ("HTTP/1.1 +20 OK", .statusLineInvalid),
        ("HTTP/1.1 200\tOK", .statusLineInvalid), ("http/1.1 200 OK", .statusLineInvalid), (" HTTP/1.1 200 OK", .statusLineInvalid),
        ("ICY 200 OK xxxxx", .statusLineInvalid), ("HTTP/2.0 200 OK", .versionNotSupported),
        ("HTTP/1.2 200 OK", .versionNotSupported),
        ("HTTP/1.1 099 Low", .statusOutOfRange(99)), ("HTTP/1.1 600 High", .statusOutOfRange(600)),
        ("HTTP/1.1 999 High", .statusOutOfRange(999)),
    ])
    func `a malformed status line is refused`(line: String, error: ResponseError) {
        #expect(throws: error) { try parse("\(line)\r\n\r\n") }
    }

    @Test(arguments: [
        ("HTTP/1.1 200 OK\nA: b\r\n\r\n", FieldError.bareLineFeed), ("HTTP/1.1 200 OK\r\nA: b\n\r\n", .bareLineFeed),
        ("HTTP/1.1 200 O\rK\r\n\r\n", .bareCarriageReturn), ("HTTP/1.1 200 O\0K\r\n\r\n", .control(0)),
        ("HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n", .foldedLine), ("HTTP/1.1 200 OK\r\nA : b\r\n\r\n", .whiteSpaceBeforeColon),
        ("HTTP/1.1 200 OK\r\nA\r\n\r\n", .missingColon), ("HTTP/1.1 200 OK\r\n:b\r\n\r\n", .emptyName),
        ("HTTP/1.1 200 OK\r\nA: b\0\r\n\r\n", .control(0)), ("HTTP/1.1 200 OK\r\nA@: b\r\n\r\n", .nameCharacter(0x40)),
    ])
    func `a malformed line is refused`(text: String, error: FieldError) {
        #expect(throws: ResponseError.field(error)) { try parse(text) }
    }

    @Test(arguments: [
        ("Content-Length: 1\r\nTransfer-Encoding: chunked", FramingError.bothLengths),
        ("Transfer-Encoding: chunked\r\nContent-Length: 1", .bothLengths),
        ("Content-Length: 1\r\nContent-Length: 1", .contentLengthRepeated), ("Content-Length: 1, 1", .contentLengthInvalid),
        ("Content-Length:", .contentLengthInvalid), ("Content-Length: -1", .contentLengthInvalid),
        ("Content-Length: 9223372036854775808", .contentLengthTooLarge),
        ("Transfer-Encoding: gzip, chunked", .transferCodingUnknown),
        ("Transfer-Encoding: identity", .transferCodingUnknown), ("Transfer-Encoding: chunked, gzip", .transferCodingInvalid),
        ("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", .transferCodingInvalid),
    ])
    func `an answer that can be framed in two ways is refused, to HEAD too`(fields: String, error: FramingError) {
        for method in [Method.get, .head] {
            #expect(throws: ResponseError.framing(error)) { try parse("HTTP/1.1 200 OK\r\n\(fields)\r\n\r\n", answering: method) }
        }
    }

    @Test func `a transfer coding on HTTP 1.0 is refused`() {
        #expect(throws: ResponseError.framing(.transferCodingInHTTP10)) {
            try parse("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        }
    }

    @Test(arguments: [100, 101, 103, 199, 204], ["Content-Length: 5", "Transfer-Encoding: chunked"])
    func `content is refused where no answer has any`(code: Int, field: String) {
        #expect(throws: ResponseError.contentForbidden(Status(UInt16(code)))) {
            try parse("HTTP/1.1 \(code) X\r\n\(field)\r\n\r\n")
        }
    }

    @Test(arguments: [
        ("200", "Content-Length: 5", Method.get, MessageFraming.length(5)), ("200", "Transfer-Encoding: Chunked", .get, .chunked),
        ("200", "A: b", .get, .untilClose), ("404", "Content-Length: 0", .get, .length(0)),
        ("200", "Content-Length: 5", .head, .empty),
        ("200", "Transfer-Encoding: chunked", .head, .empty), ("200", "A: b", .head, .empty),
        ("304", "Content-Length: 5", .get, .empty),
        ("304", "Transfer-Encoding: chunked", .get, .empty), ("204", "Content-Length: 0", .get, .empty),
        ("101", "A: b", .get, .empty),
        ("100", "A: b", .post, .empty), ("204", "A: b", .delete, .empty),
    ])
    func `content is framed by method, status and fields`(code: String, field: String, method: Method, framing: MessageFraming)
        throws
    {
        #expect(try parse("HTTP/1.1 \(code) X\r\n\(field)\r\n\r\n", answering: method)?.framing == framing)
    }

    @Test(arguments: [
        ("HTTP/1.1 200 OK\r\nContent-Length: 0", true), ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close", false),
        ("HTTP/1.1 200 OK", false), ("HTTP/1.0 200 OK\r\nContent-Length: 0", false),
        ("HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive", true),
        ("HTTP/1.0 200 OK\r\nConnection: keep-alive", false), ("HTTP/1.1 204 X", true),
    ])
    func `the connection persists by version, options and framing`(head: String, keeps: Bool) throws {
        #expect(try parse("\(head)\r\n\r\n")?.keepsAlive == keeps)
    }

    @Test func `limits are counted in bytes and fields`() {
        let limits = HeadLimits(statusLineBytes: 15, headerBytes: 12, headerCount: 1)
        func outcome(_ text: String) throws(ResponseError) -> Int? {
            try parseResponse(Array(text.utf8), answering: .get, limits: limits)?.length
        }
        #expect(throws: Never.self) { try outcome("HTTP/1.1 200 OK\r\nA: 34567\r\n\r\n") }
        #expect(throws: ResponseError.statusLineTooLong(limitBytes: 15)) { try outcome("HTTP/1.1 200 OK!\r\n") }
        #expect(throws: ResponseError.field(.sectionTooLarge(limitBytes: 12))) {
            try outcome("HTTP/1.1 200 OK\r\nA: 345678\r\n\r\n")
        }
        #expect(throws: ResponseError.field(.tooManyFields(limit: 1))) { try outcome("HTTP/1.1 200 OK\r\nA:\r\nB:\r\n\r\n") }
    }
}
