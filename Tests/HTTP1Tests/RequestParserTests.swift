import HTTP
import Testing

@testable import HTTP1

@Suite struct RequestParserTests {
    @Test func `an ordinary request fills every property`() throws {
        let text = "POST /a/b?c=d&e HTTP/1.1\r\nHost: example.com:8080\r\nContent-Length: 5\r\nX-Any:\t v w \r\n\r\nhello"
        let parsed = try #require(try parseRequest(text))
        #expect(parsed.length == text.utf8.count - 5)
        #expect(parsed.method == .post)
        #expect(parsed.target == "/a/b?c=d&e")
        #expect(parsed.path == "/a/b")
        #expect(parsed.query == "c=d&e")
        #expect(parsed.authority == "example.com:8080")
        #expect(parsed.minorVersion == 1)
        #expect(parsed.framing == .length(5))
        #expect(parsed.keepsAlive)
        #expect(!parsed.expectsContinue)
        #expect(!parsed.wantsUpgrade)
        #expect(parsed.fields == ["Host: example.com:8080", "Content-Length: 5", "X-Any: v w"])
    }

    @Test func `one parser and one head serve request after request`() throws {
        var parser = RequestParser()
        let head = RequestHead()
        let first = Array(
            "POST /1?q HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n".utf8)
        let second = Array("GET /2 HTTP/1.1\r\nHost: b\r\n\r\n".utf8)
        #expect(try parser.parse(first.span, into: head, limits: .generous) == .head(length: first.count))
        #expect(head.framing == .chunked && head.expectsContinue && !head.keepsAlive && head.query != nil)
        #expect(try parser.parse(second.span, into: head, limits: .generous) == .head(length: second.count))
        #expect(ParsedRequest(head, length: second.count) == (try parseRequest(second)))
        #expect(head.framing == .empty && !head.expectsContinue && head.keepsAlive && head.query == nil)
    }

    @Test func `one empty line before the request line is skipped and counted`() throws {
        let parsed = try #require(try parseRequest("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"))
        #expect(parsed.length == 29)
        #expect(parsed.fields == ["Host: a"])
        #expect(parsed.path == "/")
    }

    @Test(arguments: [
        "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "get", "GETX", "GE", "M-SEARCH", "!#$%&'*+-.^_`|~",
    ])
    func `a method is its whole token in its own case`(name: String) throws {
        let parsed = try #require(try parseRequest("\(name) / HTTP/1.1\r\nHost: a\r\n\r\n"))
        #expect(parsed.method == Method(name))
    }

    @Test(arguments: [
        ("GET / HTTP/1.1\nHost: a\r\n\r\n", FieldError.bareLineFeed),
        ("GET / HTTP/1.1\r\nHost: a\n\r\n", .bareLineFeed),
        ("GET / HTTP/1.1\r\nHost: a\r\n\n", .bareLineFeed),
        ("\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", .bareLineFeed),
        ("GET / HTTP/1.1\rHost: a\r\n\r\n", .bareCarriageReturn),
        ("GET / HTTP/1.1\r\nHost: a\r\r\n\r\n", .bareCarriageReturn),
        ("GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n", .bareCarriageReturn),
        ("GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n", .control(0)),
        ("GET / HTTP/1.1\r\nHost: a\r\nX: a\u{7F}b\r\n\r\n", .control(0x7F)),
        ("GET / HTTP/1.1\r\nHost: a\r\nX: a\u{0B}b\r\n\r\n", .control(0x0B)),
        ("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \u{0C}chunked\r\n\r\n", .control(0x0C)),
        ("GET / HTTP/1.1\r\nHost: a\r\nX\0: a\r\n\r\n", .control(0)),
        ("GET /\u{1} HTTP/1.1\r\nHost: a\r\n\r\n", .control(1)),
        ("GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n", .foldedLine),
        ("GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n\tb: c\r\n\r\n", .foldedLine),
        ("GET / HTTP/1.1\r\n Host: a\r\n\r\n", .foldedLine),
        ("GET / HTTP/1.1\r\nHost: a\r\n \r\n\r\n", .foldedLine),
        ("GET / HTTP/1.1\r\nHost : a\r\n\r\n", .whiteSpaceBeforeColon),
        ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length\t: 1\r\n\r\n", .whiteSpaceBeforeColon),
        ("GET / HTTP/1.1\r\nHost: a\r\nX Y: 1\r\n\r\n", .whiteSpaceBeforeColon),
        ("GET / HTTP/1.1\r\nHost: a\r\nX\r\n\r\n", .missingColon),
        ("GET / HTTP/1.1\r\nHost: a\r\n: v\r\n\r\n", .emptyName),
        ("GET / HTTP/1.1\r\nHost: a\r\nX(: v\r\n\r\n", .nameCharacter(0x28)),
        ("GET / HTTP/1.1\r\nHost: a\r\nX\"y\": v\r\n\r\n", .nameCharacter(0x22)),
        ("GET / HTTP/1.1\r\nHost: a\r\nX-User-Íd: v\r\n\r\n", .nameCharacter(0xC3)),
        ("GET / HTTP/1.1\r\nHost: a\r\nA-Long-Name-Of-Many-Letters/B: v\r\n\r\n", .nameCharacter(0x2F)),
        ("GET / HTTP/1.1\r\nHost: a\r\nX=1\r\n\r\n", .nameCharacter(0x3D)),
        (
            "GET / HTTP/1.1\r\nHost: a\r\nConnection: \(String(repeating: "a,", count: 33))\r\n\r\n",
            .tooManyConnectionOptions(limit: 32)
        ),
    ])
    func `a malformed line is refused`(text: String, error: FieldError) {
        #expect(throws: RequestError.field(error)) { try parseRequest(text) }
    }

    @Test(arguments: [
        ("\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", RequestError.emptyRequestLine),
        ("GET /\r\n", .requestLineInvalid),
        ("GET\r\n", .requestLineInvalid),
        ("GET / \r\n", .versionInvalid),
        (" GET / HTTP/1.1\r\n", .requestLineInvalid),
        ("GET  / HTTP/1.1\r\n", .targetCharacter(0x20)),
        ("GET /  HTTP/1.1\r\n", .targetCharacter(0x20)),
        ("GET / HTTP/1.1 \r\n", .versionInvalid),
        ("GET\t/ HTTP/1.1\r\n", .requestLineInvalid),
        ("GET /\tHTTP/1.1\r\n", .requestLineInvalid),
        ("GET HTTP/1.1\r\n", .requestLineInvalid),
        ("GET  HTTP/1.1\r\n", .requestLineInvalid),
        ("G(T / HTTP/1.1\r\n", .methodCharacter(0x28)),
        ("GÉT / HTTP/1.1\r\n", .methodCharacter(0xC3)),
        ("GET / HTTP/2.0\r\n", .versionNotSupported),
        ("PRI * HTTP/2.0\r\n", .versionNotSupported),
        ("GET / HTTP/1.2\r\n", .versionNotSupported),
        ("GET / HTTP/0.9\r\n", .versionNotSupported),
        ("GET / http/1.1\r\n", .versionInvalid),
        ("GET / HTTP/1.10\r\n", .versionInvalid),
        ("GET / HTTP/1.\r\n", .versionInvalid),
        ("GET / HTTP/11\r\n", .versionInvalid),
        ("GET / HTTP/1,1\r\n", .versionInvalid),
        ("GET / XTTP/1.1\r\n", .versionInvalid),
        ("CONNECT a:443 HTTP/1.1\r\n", .connectNotSupported),
        ("CONNECT / HTTP/1.1\r\n", .connectNotSupported),
        ("GET / HTTP/1.1\r\n\r\n", .hostMissing),
        ("GET http://a/ HTTP/1.1\r\n\r\n", .hostMissing),
        ("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", .hostRepeated),
        ("GET / HTTP/1.0\r\nHost: a\r\nhost: b\r\n\r\n", .hostRepeated),
        ("GET / HTTP/1.1\r\nHost:\r\n\r\n", .hostInvalid),
        ("GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", .hostInvalid),
        ("GET / HTTP/1.1\r\nHost: a\r\nExpect: 200-ok\r\n\r\n", .expectationUnknown),
        ("GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue, x\r\n\r\n", .expectationUnknown),
        ("GET / HTTP/1.1\r\nHost: a\r\nExpect:\r\n\r\n", .expectationUnknown),
    ])
    func `a request that is malformed or not ours to serve is refused`(text: String, error: RequestError) {
        #expect(throws: error) { try parseRequest(text) }
    }

    @Test(arguments: [
        ("Connection: close", UInt8(1), false), ("Connection: keep-alive", 1, true), ("Connection: Close", 1, false),
        ("Connection: foo, close", 1, false), ("Connection: keep-alive\r\nConnection: close", 1, false),
        ("Connection: closed", 1, true), ("Connection: \"close\"", 1, true), ("X: close", 1, true),
        ("X: y", 0, false), ("Connection: Keep-Alive", 0, true), ("Connection: ,, keep-alive ,", 0, true),
        ("Connection: keep-alive, close", 0, false), ("Proxy-Connection: keep-alive", 0, false),
    ])
    func `persistence follows the version and the options of Connection`(field: String, minor: UInt8, keeps: Bool) throws {
        let parsed = try #require(try parseRequest("GET / HTTP/1.\(minor)\r\nHost: a\r\n\(field)\r\n\r\n"))
        #expect(parsed.keepsAlive == keeps)
    }

    @Test(arguments: [
        ("1.1", "Connection: upgrade\r\nUpgrade: websocket", true),
        ("1.1", "Connection: keep-alive, Upgrade\r\nUpgrade: websocket", true),
        ("1.1", "Upgrade: websocket", false), ("1.1", "Connection: upgrade", false),
        ("1.0", "Connection: upgrade\r\nUpgrade: websocket", false),
    ])
    func `an upgrade needs the field, the option and HTTP 1.1`(version: String, fields: String, wants: Bool) throws {
        let parsed = try #require(try parseRequest("GET / HTTP/\(version)\r\nHost: a\r\n\(fields)\r\n\r\n"))
        #expect(parsed.wantsUpgrade == wants)
    }

    @Test func `an upgrade request with content shows both`() throws {
        let text = "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\nContent-Length: 3\r\n\r\n"
        let parsed = try #require(try parseRequest(text))
        #expect(parsed.wantsUpgrade && parsed.framing == .length(3))
    }

    @Test func `an expectation counts on HTTP 1.1 and where content follows`() throws {
        func expects(_ version: String, _ fields: String) throws -> Bool? {
            try parseRequest("POST / HTTP/\(version)\r\nHost: a\r\n\(fields)\r\n\r\n")?.expectsContinue
        }
        #expect(try expects("1.1", "Expect: 100-Continue\r\nContent-Length: 1") == true)
        #expect(try expects("1.1", "Expect: 100-continue\r\nTransfer-Encoding: chunked") == true)
        #expect(try expects("1.1", "Expect: 100-continue") == false)
        #expect(try expects("1.1", "Expect: 100-continue\r\nContent-Length: 0") == false)
        #expect(try expects("1.0", "Expect: anything\r\nContent-Length: 1") == false)
    }

    @Test func `an HTTP 1.0 request may come without Host`() throws {
        let parsed = try #require(try parseRequest("GET /x HTTP/1.0\r\n\r\n"))
        #expect(parsed.authority == "" && parsed.minorVersion == 0 && !parsed.keepsAlive)
    }
}
