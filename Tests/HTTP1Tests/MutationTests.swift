import HTTP
import Testing

@testable import HTTP1

/// Random damage to good and bad messages: nothing may crash, and what is still accepted must mean the same once it
/// has been written again. The functions named `fuzz…` take any bytes, so a fuzzer can call them as they are.
@Suite struct MutationTests {
    @Test func `mutated requests are refused or survive being written again`() throws {
        try mutate(Corpus.requests, with: fuzzRequestHead)
    }

    @Test func `mutated responses are refused or survive being written again`() throws {
        try mutate(Corpus.responses, with: fuzzResponseHead)
    }

    @Test func `mutated chunks are refused or survive being written again`() throws {
        try mutate(Corpus.chunked, with: fuzzChunked)
    }

    private func mutate(_ corpus: [String], with fuzz: (Span<UInt8>) throws -> Void) throws {
        let seed = UInt64.random(in: 1...UInt64.max)
        print("mutation seed \(seed)")
        var random = XorShift(state: seed)
        for round in 0..<20_000 {
            let bytes = random.mutation(of: Array(corpus[round % corpus.count].utf8))
            do {
                try fuzz(bytes.span)
            } catch {
                Issue.record(
                    "seed \(seed), round \(round): \(error) for \(String(decoding: bytes, as: UTF8.self).debugDescription)")
                return
            }
        }
    }
}

struct Difference: Error { let description: String }

func fuzzRequestHead(_ bytes: Span<UInt8>) throws {
    let head = RequestHead()
    var parser = RequestParser()
    guard case .head(let length) = try? parser.parse(bytes, into: head, limits: .generous) else { return }
    let written = serialized(head)
    let again = RequestHead()
    parser = RequestParser()
    guard case .head(written.count) = try parser.parse(written.span, into: again, limits: .generous) else {
        throw Difference(description: "the head as written is not complete")
    }
    var first = ParsedRequest(head, length: length)
    var second = ParsedRequest(again, length: length)
    // An absolute-form target may spell the authority of Host in another case.
    first.authority = first.authority.lowercased()
    second.authority = second.authority.lowercased()
    if first != second { throw Difference(description: "the head as written differs") }
}

func fuzzResponseHead(_ bytes: Span<UInt8>) throws {
    let head = ResponseHead()
    var parser = ResponseParser()
    guard case .head(let length) = try? parser.parse(bytes, into: head, answering: .get, limits: .generous),
        head.minorVersion == 1
    else { return }
    var written: [UInt8] = []
    written.appendStatusLine(head.status)
    for line in head.section.lines { written.appendLine(line, of: head.section) }
    written.appendLineEnd()
    var first = ParsedResponse(head, length: length)
    first.length = written.count
    if try parseResponse(written, answering: .get) != first { throw Difference(description: "the head as written differs") }
}

func fuzzChunked(_ bytes: Span<UInt8>) throws {
    var piece: [UInt8] = []
    for index in bytes.indices { piece.append(bytes[index]) }
    guard let read = try? readContent(.chunked, [piece]), read.rest != nil else { return }
    var written: [UInt8] = []
    if !read.content.isEmpty {
        written.appendChunkHeader(size: read.content.count)
        written.append(contentsOf: read.content)
        written.appendLineEnd()
    }
    written.appendLastChunk()
    let again = try readContent(.chunked, [written], excess: .refused)
    if again != ReadContent(content: read.content, rest: 0) { throw Difference(description: "the content as written differs") }
}

/// The request with its target in origin-form, or absolute-form where no Host would say the authority otherwise.
private func serialized(_ head: RequestHead) -> [UInt8] {
    var output: [UInt8] = []
    let target = head.section.string(head.target)
    if head.minorVersion == 1 {
        output.appendRequestLine(head.method, target: Array(target.utf8).span)
    } else {
        let needsAuthority = head.section.count(.host) == 0 && !head.authority.isEmpty
        let authority = needsAuthority ? "http://\(head.section.string(head.authority))" : ""
        let path = needsAuthority && target == "*" ? "" : target
        output.append(contentsOf: "\(head.method.name) \(authority)\(path) HTTP/1.0\r\n".utf8)
    }
    for line in head.section.lines { output.appendLine(line, of: head.section) }
    output.appendLineEnd()
    return output
}

private struct XorShift {
    var state: UInt64

    mutating func next(_ bound: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int(state % UInt64(bound))
    }

    /// Up to four bytes replaced, inserted, removed or repeated; what matters to HTTP comes up most.
    mutating func mutation(of original: [UInt8]) -> [UInt8] {
        let telling = Array("\r\n\0 \t:;,0159afx?#*/%[]@\\\u{7F}".utf8) + [0x80, 0xFF]
        var bytes = original
        for _ in 0...next(4) {
            let index = next(bytes.count + 1)
            let byte = next(4) == 0 ? UInt8(next(256)) : telling[next(telling.count)]
            switch next(4) {
            case 0 where index < bytes.count: bytes[index] = byte
            case 1 where index < bytes.count: bytes.remove(at: index)
            case 2 where index < bytes.count:
                let end = min(bytes.count, index + 1 + next(20))
                bytes.insert(contentsOf: Array(bytes[index..<end]), at: next(bytes.count + 1))
            default: bytes.insert(byte, at: index)
            }
        }
        return bytes
    }
}
