import HTTP
import Testing

@testable import HTTP1

@Suite struct ChunkedDecoderTests {
    private func decode(_ text: String, limits: ChunkLimits = ChunkLimits()) throws(ContentError) -> ReadContent {
        try readContent(.chunked, [Array(text.utf8)], limits: limits)
    }

    @Test(arguments: [
        ("0\r\n\r\n", "", 0), ("5\r\nhello\r\n0\r\n\r\n", "hello", 0),
        ("5\r\nhello\r\n6\r\n world\r\n0\r\n\r\nGET", "hello world", 3),
        ("a\r\n0123456789\r\n000\r\n\r\n", "0123456789", 0), ("A\r\n0123456789\r\n0\r\n\r\n", "0123456789", 0),
        ("0000000000000001\r\nx\r\n0\r\n\r\n", "x", 0), ("1;a=b\r\nx\r\n0;c\r\n\r\n", "x", 0),
        ("1;a=\"q;\\\"\"\r\nx\r\n0\r\n\r\n", "x", 0),
        ("1 ;a\r\nx\r\n0\r\n\r\n", "x", 0), ("1 \t ; a = b\r\nx\r\n0\r\n\r\n", "x", 0), ("2\r\n\r\n\r\n0\r\n\r\n", "\r\n", 0),
    ])
    func `content is found and what follows is left`(text: String, content: String, rest: Int) throws {
        #expect(try decode(text) == ReadContent(content: Array(content.utf8), rest: rest))
    }

    @Test func `trailers are checked, counted and dropped`() throws {
        let read = try decode("1\r\nx\r\n0\r\nX-User-Id: 1\r\nA:\r\n\r\nrest")
        #expect(read == ReadContent(content: [UInt8(ascii: "x")], rest: 4, trailerCount: 2))
    }

    @Test(arguments: [
        ("\r\n", ChunkError.sizeCharacter(0x0D)), (";a\r\n", .sizeCharacter(0x3B)), ("x\r\n", .sizeCharacter(0x78)),
        ("0x5\r\n", .sizeCharacter(0x78)), ("+5\r\n", .sizeCharacter(0x2B)), ("-5\r\n", .sizeCharacter(0x2D)),
        (" 5\r\n", .sizeCharacter(0x20)),
        ("5 \r\n", .sizeCharacter(0x0D)), ("5 5\r\n", .sizeCharacter(0x35)), ("1_0\r\n", .sizeCharacter(0x5F)),
        ("5\n", .sizeCharacter(0x0A)),
        ("5\0\r\n", .sizeCharacter(0)), ("5,5\r\n", .sizeCharacter(0x2C)), ("g\r\n", .sizeCharacter(0x67)),
        ("00000000000000001\r\n", .sizeTooLarge), ("8000000000000000\r\n", .sizeTooLarge), ("ffffffffffffffff\r\n", .sizeTooLarge),
        ("fffffffffffffffff\r\n", .sizeTooLarge), ("10000000000000005\r\n", .sizeTooLarge),
        ("5\rhello", .lineFeedExpected(0x68)), ("5\r\rhello", .lineFeedExpected(0x0D)),
        ("5;a\nhello", .extensionControl(0x0A)), ("5;a\rb\r\n", .lineFeedExpected(0x62)), ("5;a\0\r\n", .extensionControl(0)),
        ("5;a\u{7F}\r\n", .extensionControl(0x7F)), ("5 ;a\nhello", .extensionControl(0x0A)), ("0;\n\r\n", .extensionControl(0x0A)),
        ("1\r\nxx\r\n", .dataEndExpected(0x78)), ("1\r\nx\n0\r\n\r\n", .dataEndExpected(0x0A)),
        ("1\r\nx\r0\r\n\r\n", .lineFeedExpected(0x30)),
        ("1\r\nx0\r\n\r\n", .dataEndExpected(0x30)), ("5\r\nhello \r\n", .dataEndExpected(0x20)),
        ("0\r\n\n", .trailer(.bareLineFeed)), ("0\r\n\rX", .trailer(.bareCarriageReturn)),
        ("0\r\nA: b\n\r\n", .trailer(.bareLineFeed)),
        ("0\r\nA: b\rc\r\n\r\n", .trailer(.bareCarriageReturn)), ("0\r\nA\r\n\r\n", .trailer(.missingColon)),
        ("0\r\n: b\r\n\r\n", .trailer(.emptyName)), ("0\r\nA : b\r\n\r\n", .trailer(.whiteSpaceBeforeColon)),
        ("0\r\n A: b\r\n\r\n", .trailer(.foldedLine)), ("0\r\nA: b\r\n c\r\n\r\n", .trailer(.foldedLine)),
        ("0\r\nA: b\0\r\n\r\n", .trailer(.control(0))), ("0\r\nA\0: b\r\n\r\n", .trailer(.control(0))),
        ("0\r\nA(: b\r\n\r\n", .trailer(.nameCharacter(0x28))), ("0\r\nÉ: b\r\n\r\n", .trailer(.nameCharacter(0xC3))),
        ("0\r\nGET / HTTP/1.1\r\n", .trailer(.whiteSpaceBeforeColon)),
    ])
    func `a malformed chunk is refused`(text: String, error: ChunkError) {
        #expect(throws: ContentError.chunk(error)) { try decode(text) }
    }

    @Test func `extensions are limited over the whole message`() {
        var limits = ChunkLimits()
        limits.extensionBytes = 6
        #expect(throws: Never.self) { try decode("1;ab\r\nx\r\n1;cd\r\nx\r\n0\r\n\r\n", limits: limits) }
        #expect(throws: ContentError.chunk(.extensionsTooLarge(limitBytes: 6))) {
            try decode("1;ab\r\nx\r\n1;cd\r\nx\r\n0;\r\n\r\n", limits: limits)
        }
        #expect(throws: ContentError.chunk(.extensionsTooLarge(limitBytes: 6))) { try decode("1       ;\r\n", limits: limits) }
    }

    @Test func `trailers are limited in bytes and number`() {
        var limits = ChunkLimits()
        limits.trailerBytes = 12
        limits.trailerCount = 2
        #expect(throws: Never.self) { try decode("0\r\nA:b\r\nC:\r\n\r\n", limits: limits) }
        #expect(throws: ContentError.chunk(.trailer(.sectionTooLarge(limitBytes: 12)))) {
            try decode("0\r\nA:b\r\nC:de\r\n\r\n", limits: limits)
        }
        #expect(throws: ContentError.chunk(.trailer(.tooManyFields(limit: 2)))) {
            try decode("0\r\nA:\r\nB:\r\nC:\r\n\r\n", limits: limits)
        }
    }
}
