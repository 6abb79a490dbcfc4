import HTTP
import Testing

@testable import HTTP1

/// The same bytes, split anywhere, give the same outcome: the same head, or the same refusal.
@Suite struct SplitTests {
    @Test(arguments: Corpus.requests)
    func `a request head does not depend on how it arrived`(text: String) {
        let bytes = Array(text.utf8)
        let limits = HeadLimits(requestLineBytes: 60, headerBytes: 300, headerCount: 12)
        let whole = Result { () throws(RequestError) in try parseRequest(bytes, limits: limits) }
        for index in 0...bytes.count {
            #expect(
                Result { () throws(RequestError) in try parseRequest(bytes, splitAt: [index], limits: limits) } == whole,
                "split at \(index)")
        }
        let drip = Array(0...bytes.count)
        #expect(Result { () throws(RequestError) in try parseRequest(bytes, splitAt: drip, limits: limits) } == whole)
    }

    @Test(arguments: Corpus.responses)
    func `a response head does not depend on how it arrived`(text: String) {
        let bytes = Array(text.utf8)
        let whole = Result { () throws(ResponseError) in try parseResponse(bytes, answering: .get) }
        for index in 0...bytes.count {
            let split = Result { () throws(ResponseError) in try parseResponse(bytes, answering: .get, splitAt: [index]) }
            #expect(split == whole, "split at \(index)")
        }
    }

    @Test(arguments: Corpus.chunked)
    func `a chunked message does not depend on how it arrived`(text: String) {
        let bytes = Array(text.utf8)
        let whole = Result { () throws(ContentError) in try readContent(.chunked, [bytes]) }
        for index in 0...bytes.count {
            let pieces = [Array(bytes[..<index]), Array(bytes[index...])]
            #expect(Result { () throws(ContentError) in try readContent(.chunked, pieces) } == whole, "split at \(index)")
        }
        #expect(Result { () throws(ContentError) in try readContent(.chunked, bytes.map { [$0] }) } == whole)
    }
}
