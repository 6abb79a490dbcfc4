import HTTP
import Testing

@testable import HTTP1

@Suite struct ConnectionOptionsTests {
    /// The names of the fields that end at this hop.
    private func hopByHop(_ fields: String) throws -> [String] {
        var parser = RequestParser()
        let head = RequestHead()
        let bytes = Array("GET / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n\r\n".utf8)
        _ = try parser.parse(bytes.span, into: head, limits: .generous)
        let options = try ConnectionOptions(head.section)
        return head.section.lines.filter { options.isHopByHop($0, in: head.section) }.map { head.section.string($0.name) }
    }

    @Test func `the fields of RFC 9110 section 7.6.1 end at this hop without being named`() throws {
        let fields =
            "Keep-Alive: 1\r\nProxy-Connection: x\r\nTE: trailers\r\nTrailer: x\r\nUpgrade: x\r\nProxy-Authenticate: x\r\nProxy-Authorization: x"
        #expect(
            try hopByHop("\(fields)\r\nX: y\r\nCookie: a")
                == ["Keep-Alive", "Proxy-Connection", "TE", "Trailer", "Upgrade", "Proxy-Authenticate", "Proxy-Authorization"])
        #expect(try hopByHop("Transfer-Encoding: chunked") == ["Transfer-Encoding"])
    }

    @Test(arguments: [
        ("Connection: X-User-Id\r\nx-user-id: 1\r\nY: 2", ["Connection", "x-user-id"]),
        ("x-user-id: 1\r\nConnection: close ,, X-USER-ID", ["x-user-id", "Connection"]),
        ("Connection: close\r\nA: 1\r\nConnection: a", ["Connection", "A", "Connection"]),
        ("Connection: authorization\r\nAuthorization: Bearer x", ["Connection", "Authorization"]),
        ("Connection: a b\r\nA: 1\r\nB: 2", ["Connection"]), ("Connection: ab\r\nA: 1\r\nABC: 2", ["Connection"]),
        ("Connection: close\r\nClose: 1", ["Connection"]),
        ("Connection: host, content-length\r\nContent-Length: 0", ["Connection"]),
        ("Connection: content-type\r\nContent-Type: application/json", ["Connection"]),
        ("Connection: x-user-id\r\nX_User_Id: 1", ["Connection"]),
    ])
    func `a named field ends at this hop, what speaks about the message itself excepted`(fields: String, expected: [String]) throws
    {
        #expect(try hopByHop(fields) == expected)
    }
}
