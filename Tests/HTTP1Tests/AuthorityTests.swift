import Testing

@testable import HTTP1

@Suite struct AuthorityTests {
    private func accepts(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return isAuthority(0..<bytes.count, of: bytes.span)
    }

    @Test(arguments: [
        "a", "example.com", "EXAMPLE.com:443", "a_b", "127.0.0.1", "127.0.0.1:80", "a:", "a:0", "a:65535", "a%41b",
        "xn--bcher-kva.example",
        "[::]", "[::1]", "[::1]:8080", "[1::]", "[1:2:3:4:5:6:7:8]", "[1::8]", "[::2:3:4:5:6:7:8]", "[1:2:3:4:5:6:7::]",
        "[fe80::a:B:cD:ef01]",
        "[::ffff:127.0.0.1]", "[1:2:3:4:5:6:127.0.0.1]", "[::127.0.0.1]", "[64:ff9b::1.2.3.4]",
    ])
    func `a host and a port are accepted`(text: String) { #expect(accepts(text)) }

    @Test(arguments: [
        "", ":", ":80", "a:b", "a:65536", "a:-1", "a:+1", "a:80:80", "a b", "a/b", "a@b", "a?b", "a#b", "a\\b", "a\"b", "a<b", "é",
        "a%4", "a%", "a%zz",
        "a[b]", "a, b b", "[", "[]", "]", "[:]", "[:::]", "[::1", "::1", "[::1]x", "[::1]:x", "[::1]80", "[1]", "[1:2:3:4:5:6:7]",
        "[1:2:3:4:5:6:7:8:9]",
        "[1::2::3]", "[12345::]", "[::12345]", "[1:2:3:4:5:6:7:8::]", "[::1:2:3:4:5:6:7:8]", "[1:2:3:4::5:6:7:8]", "[:1::]",
        "[1::2:]", "[g::]", "[fe80::1%25eth0]",
        "[v1.a]", "[::1.2.3]", "[::1.2.3.4.5]", "[::1.2.3.256]", "[::01.2.3.4]", "[1.2.3.4]", "[1:2:3:4:5:6:7:1.2.3.4]",
        "[::1.2.3.4:1]", "[::1..2.3]",
        "[::a.2.3.4]", "[1:2:3:4:5:6::1.2.3.4]",
    ])
    func `anything else is refused`(text: String) { #expect(!accepts(text)) }
}
