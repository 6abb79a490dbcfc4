import HTTP
import Testing

@testable import HTTP1

@Suite struct ContentReaderTests {
    private let hello = Array("hello".utf8)

    @Test func `a length is counted down over pieces, and the rest is left`() throws {
        let read = try readContent(.length(7), [hello, hello])
        #expect(read == ReadContent(content: Array("hellohe".utf8), rest: 3))
        #expect(try readContent(.length(7), [hello]).rest == nil)
    }

    @Test(arguments: [MessageFraming.empty, .length(0)])
    func `a message without content is finished at once`(framing: MessageFraming) throws {
        #expect(ContentReader(framing).isFinished)
        #expect(try readContent(framing, [hello]) == ReadContent(rest: 5))
        #expect(try readContent(framing, [[]]) == ReadContent(rest: 0))
    }

    @Test(arguments: [
        (MessageFraming.empty, "x", 1), (.length(0), "xy", 2), (.length(3), "hello", 2), (.chunked, "0\r\n\r\nHTTP/1.1", 8),
    ])
    func `bytes behind the end are the next message's`(framing: MessageFraming, text: String, bytes: Int) throws {
        #expect(try readContent(framing, [Array(text.utf8)]).rest == bytes)
    }

    @Test func `content without a length ends when the connection closes`() throws {
        var reader = ContentReader(.untilClose)
        #expect(try reader.next(in: hello.span) == .content(0..<5))
        #expect(try reader.next(in: [UInt8]().span) == .needMore)
        #expect(!reader.isFinished)
        try reader.connectionClosed()
        #expect(reader.isFinished)
    }

    @Test(arguments: [MessageFraming.length(6), .chunked])
    func `a connection that closes early loses content`(framing: MessageFraming) throws {
        var reader = ContentReader(framing)
        #expect(throws: ContentError.incomplete) { try reader.connectionClosed() }
        _ = try reader.next(in: Array("5\r\nhe".utf8).span)
        #expect(throws: ContentError.incomplete) { try reader.connectionClosed() }
    }

    @Test func `closing behind the end loses nothing`() throws {
        var reader = ContentReader(.length(5))
        _ = try reader.next(in: hello.span)
        #expect(throws: Never.self) { try reader.connectionClosed() }
    }

    @Test func `content comes without its chunks and trailers`() throws {
        var reader = ContentReader(.chunked)
        let bytes = Array("5;x=y\r\nhello\r\n0\r\nA: b\r\n\r\n".utf8)
        #expect(try reader.next(in: bytes.span) == .content(7..<12))
        #expect(try reader.next(in: bytes.span.extracting(12..<bytes.count)) == .finished(consumed: 13))
        #expect(reader.trailerCount == 1 && reader.isFinished)
        #expect(try reader.next(in: hello.span) == .finished(consumed: 0))
    }
}
