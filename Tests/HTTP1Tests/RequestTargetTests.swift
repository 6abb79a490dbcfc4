import HTTP
import Testing

@testable import HTTP1

@Suite struct RequestTargetTests {
    private func parse(_ target: String, method: String = "GET", host: String = "a") throws(RequestError) -> ParsedRequest? {
        try parseRequest("\(method) \(target) HTTP/1.1\r\nHost: \(host)\r\n\r\n")
    }

    @Test(
        arguments: [
            ("/", "/", nil), ("/?", "/", ""), ("/a?b?c", "/a", "b?c"), ("//a//b", "//a//b", nil),
            ("/a;p=1/b:@!$&'()*+,=~", "/a;p=1/b:@!$&'()*+,=~", nil),
            ("/%41%zz%", "/%41%zz%", nil), ("/a[1]?ids[]=2", "/a[1]", "ids[]=2"), ("/?{\u{7C}}^`", "/", "{|}^`"),
            ("/../a", "/../a", nil),
            ("/http://b/", "/http://b/", nil),
        ] as [(String, String, String?)])
    func `origin-form gives path and query as they came`(target: String, path: String, query: String?) throws {
        let parsed = try #require(try parse(target))
        #expect(parsed.target == target && parsed.path == path && parsed.query == query && parsed.authority == "a")
    }

    @Test(
        arguments: [
            ("http://a/x?y", "/x?y", "/x", "y"), ("HTTPS://a/x", "/x", "/x", nil), ("http://a", "/", "/", nil),
            ("http://a?y", "/?y", "/", "y"),
            ("http://A/", "/", "/", nil),
        ] as [(String, String, String, String?)])
    func `absolute-form gives origin-form and authority`(target: String, origin: String, path: String, query: String?) throws {
        let parsed = try #require(try parse(target))
        #expect(parsed.target == origin && parsed.path == path && parsed.query == query && parsed.authority.lowercased() == "a")
    }

    @Test func `asterisk-form and its absolute spelling are for OPTIONS`() throws {
        #expect(try parse("*", method: "OPTIONS")?.target == "*")
        #expect(try parse("http://a", method: "OPTIONS")?.target == "*")
        #expect(try parse("http://a/", method: "OPTIONS")?.target == "/")
        #expect(throws: RequestError.targetForm) { try parse("*") }
        #expect(throws: RequestError.targetForm) { try parse("*", method: "options") }
        #expect(throws: RequestError.targetForm) { try parse("**", method: "OPTIONS") }
    }

    @Test func `the authority of the target stands without Host on HTTP 1.0`() throws {
        #expect(try parseRequest("GET http://b:80/ HTTP/1.0\r\n\r\n")?.authority == "b:80")
    }

    @Test(arguments: [
        UInt8(ascii: "#"), UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: "<"), UInt8(ascii: ">"), 0x80, 0xC3, 0xFF,
    ])
    func `a byte that RFC 3986 gives no place is refused in path and query`(byte: UInt8) {
        for before in ["/a", "/a?b", "http://a/b", "http://a/?b"] {
            let text = Array("GET \(before)".utf8) + [byte] + Array("c HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
            #expect(throws: RequestError.targetCharacter(byte)) { try parseRequest(text) }
        }
    }

    @Test(arguments: ["^", "`", "{", "|", "}"])
    func `what browsers leave unencoded in a query is refused in a path`(text: String) {
        #expect(throws: RequestError.targetCharacter(text.utf8.first!)) { try parse("/a\(text)") }
        #expect(throws: Never.self) { try parse("/?a\(text)") }
    }

    @Test(arguments: [
        ("a", RequestError.targetForm), ("a/b", .targetForm), ("a:80", .targetForm), ("?a", .targetForm), ("http:/a", .targetForm),
        ("http:a", .targetForm), ("@a/", .targetForm), ("http:", .targetForm), ("\\a", .targetCharacter(0x5C)),
        ("#", .targetCharacter(0x23)),
        ("ftp://a/", .targetScheme), ("httpx://a/", .targetScheme), ("://a/", .targetScheme), ("ws://a/", .targetScheme),
        ("http:///x", .targetAuthority), ("http://", .targetAuthority), ("http://u@a/", .targetAuthority),
        ("http://u:p@a/", .targetAuthority),
        ("http://@a/", .targetAuthority), ("http://a:b/", .targetAuthority), ("http://a\\b/", .targetAuthority),
        ("http://a#b/", .targetAuthority),
        ("http://b/", .hostContradictsTarget), ("http://a:80/", .hostContradictsTarget), ("http://aa/", .hostContradictsTarget),
    ])
    func `any other target is refused`(target: String, error: RequestError) {
        #expect(throws: error) { try parse(target) }
    }
}
