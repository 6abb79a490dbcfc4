import HTTP

@testable import HTTP1

// What holds for any bytes whatever. `fuzz/` calls the functions named `fuzz…` too, and so this file knows no test library.

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
    let again = try readContent(.chunked, [written])
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
