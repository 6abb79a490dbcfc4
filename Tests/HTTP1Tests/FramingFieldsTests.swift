import HTTP
import Testing

@testable import HTTP1

@Suite struct FramingFieldsTests {
    private func framing(_ fields: String, version: String = "1.1") throws(RequestError) -> MessageFraming? {
        try parseRequest("POST / HTTP/\(version)\r\nHost: a\r\n\(fields)\r\n\r\n")?.framing
    }

    @Test(arguments: [
        ("A: b", MessageFraming.empty), ("Content-Length: 0", .length(0)), ("Content-Length: 0005", .length(5)),
        ("content-length:\t7 ", .length(7)),
        ("Content-Length: 9223372036854775807", .length(.max)), ("Transfer-Encoding: chunked", .chunked),
        ("TRANSFER-ENCODING:  CHUNKED ", .chunked),
        ("Content_Length: 5", .empty), ("X-Content-Length: 5", .empty),
    ])
    func `a request is framed by its one length`(fields: String, expected: MessageFraming) throws {
        #expect(try framing(fields) == expected)
    }

    @Test(arguments: [
        "", "+5", "-5", "5 5", "5,5", "5, 5", "5,", ",5", "0x5", "5.0", "1_0", "5e0", "five", "5;a", "\"5\"", "٥", "5\t5", "--",
        "0b1", "∞",
    ])
    func `a Content-Length that is not digits is refused`(value: String) {
        #expect(throws: RequestError.framing(.contentLengthInvalid)) { try framing("Content-Length: \(value)") }
    }

    @Test(arguments: ["9223372036854775808", "18446744073709551616", "18446744073709551621", "99999999999999999999999999"])
    func `a Content-Length that overflows is refused`(value: String) {
        #expect(throws: RequestError.framing(.contentLengthTooLarge)) { try framing("Content-Length: \(value)") }
    }

    @Test(arguments: ["5", "6", "", "x"])
    func `a duplicated Content-Length is refused`(second: String) {
        #expect(throws: RequestError.framing(.contentLengthRepeated)) {
            try framing("Content-Length: 5\r\nContent-length: \(second)")
        }
    }

    @Test(arguments: [
        "Content-Length: 5\r\nTransfer-Encoding: chunked", "Transfer-Encoding: chunked\r\nContent-Length: 5",
        "Content-Length: 0\r\nTransfer-Encoding: chunked",
    ])
    func `both lengths at once are refused`(fields: String) {
        #expect(throws: RequestError.framing(.bothLengths)) { try framing(fields) }
    }

    @Test(arguments: [
        ("gzip", FramingError.transferCodingUnknown), ("identity", .transferCodingUnknown),
        ("gzip, chunked", .transferCodingUnknown),
        ("xchunked", .transferCodingUnknown), ("chunkedx", .transferCodingUnknown), ("chunked;a=b", .transferCodingUnknown),
        ("\"chunked\"", .transferCodingUnknown), ("chun ked", .transferCodingUnknown), ("'chunked'", .transferCodingUnknown),
        ("", .transferCodingInvalid), (",", .transferCodingInvalid), ("chunked,", .transferCodingInvalid),
        (",chunked", .transferCodingInvalid),
        ("chunked, chunked", .transferCodingInvalid), ("chunked, gzip", .transferCodingInvalid),
        ("gzip, chunked, chunked", .transferCodingInvalid),
        ("chunked, identity", .transferCodingInvalid), ("chunked\r\nTransfer-Encoding: chunked", .transferCodingInvalid),
        ("chunked\r\nTransfer-Encoding: identity", .transferCodingInvalid),
        ("identity\r\nTransfer-Encoding: chunked", .transferCodingUnknown),
    ])
    func `anything but one chunked is refused`(value: String, error: FramingError) {
        #expect(throws: RequestError.framing(error)) { try framing("Transfer-Encoding: \(value)") }
    }

    @Test func `a transfer coding on HTTP 1.0 is refused`() {
        #expect(throws: RequestError.framing(.transferCodingInHTTP10)) { try framing("Transfer-Encoding: chunked", version: "1.0") }
    }
}
