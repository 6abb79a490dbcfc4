import HTTP
import Testing

@testable import HTTP1

@Suite struct SerializationTests {
    private func text(_ write: (inout [UInt8]) throws -> Void) rethrows -> String {
        var output: [UInt8] = []
        try write(&output)
        return String(decoding: output, as: UTF8.self)
    }

    @Test(arguments: [0, 1, 9, 10, 15, 16, 99, 100, 255, 256, 4_095, 4_096, 1_000_000, UInt64(Int64.max), .max])
    func `numbers are written in their shortest form`(value: UInt64) {
        #expect(text { $0.appendDecimal(value) } == String(value))
        #expect(text { $0.appendHexadecimal(value) } == String(value, radix: 16))
    }

    @Test func `lines have the form of the RFC`() throws {
        #expect(text { $0.appendStatusLine(.notFound) } == "HTTP/1.1 404 Not Found\r\n")
        #expect(text { $0.appendRequestLine(.extension("MKCOL"), target: Array("/a?b".utf8).span) } == "MKCOL /a?b HTTP/1.1\r\n")
        #expect(try text { try $0.appendField("X-User-Id", Array("7".utf8).span) } == "X-User-Id: 7\r\n")
        #expect(try text { try $0.appendField(Array("X-Y".utf8).span, Array("a\tb é".utf8).span) } == "X-Y: a\tb é\r\n")
        #expect(text { $0.appendFraming(.length(12)) } == "Content-Length: 12\r\n")
        #expect(text { $0.appendFraming(.length(0)) } == "Content-Length: 0\r\n")
        #expect(text { $0.appendFraming(.chunked) } == "Transfer-Encoding: chunked\r\n")
        #expect(text { $0.appendFraming(.untilClose) } == "" && text { $0.appendFraming(.empty) } == "")
        #expect(text { $0.appendChunkHeader(size: 255) } == "ff\r\n" && text { $0.appendLastChunk() } == "0\r\n\r\n")
    }

    @Test(arguments: [("7\r\nX: y", UInt8(0x0D)), ("7\nX: y", 0x0A), ("7\0", 0), ("\u{7F}", 0x7F)])
    func `a value that would end its line is not written`(value: String, byte: UInt8) {
        var output: [UInt8] = []
        #expect(throws: FieldError.control(byte)) { try output.appendField("X-User-Id", Array(value.utf8).span) }
        #expect(throws: FieldError.control(byte)) { try output.appendField(Array("X".utf8).span, Array(value.utf8).span) }
        #expect(output.isEmpty)
    }

    @Test(arguments: ["", "a b", "a:", "a\r\n", "é"])
    func `a name that is not a token is not written`(name: String) {
        var output: [UInt8] = []
        #expect(throws: FieldError.self) { try output.appendField(Array(name.utf8).span, Array("v".utf8).span) }
        #expect(output.isEmpty)
    }

    @Test func `chunks written are chunks read`() throws {
        var output: [UInt8] = []
        let content = (0..<1_000).map { UInt8(truncatingIfNeeded: $0) }
        var offset = 0
        for size in [1, 15, 16, 255, 713] {
            output.appendChunkHeader(size: size)
            output.append(copying: content.span.extracting(offset..<offset + size))
            output.appendLineEnd()
            offset += size
        }
        output.appendLastChunk()
        #expect(try readContent(.chunked, [output]) == ReadContent(content: content, rest: 0))
    }
}
