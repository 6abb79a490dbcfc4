import Authentication
import GatewayTesting
import HTTP
import Testing

@Suite struct CrossSiteTests {
    let rule = CrossSiteRule(allowedOrigins: ["https://app.example.com"], isStrict: false)

    private func admits(_ fields: String..., line: String = "POST /", isSecure: Bool = true, strict: Bool = false) -> Bool {
        let head = RequestHead(text: ([line, "Host: api.example.com"] + fields).joined(separator: "\n"))
        return CrossSiteRule(allowedOrigins: ["https://app.example.com"], isStrict: strict).admits(head, isSecure: isSecure)
    }

    @Test(arguments: ["GET /", "HEAD /", "OPTIONS /"]) func `a safe method may come from anywhere`(line: String) {
        #expect(admits("Origin: https://evil.example", "Sec-Fetch-Site: cross-site", line: line))
    }

    @Test(arguments: ["POST /", "PUT /", "DELETE /", "PATCH /", "BREW /", "get /"]) func `an unsafe method may not`(line: String) {
        #expect(!admits("Origin: https://evil.example", line: line))
        #expect(!admits("Sec-Fetch-Site: cross-site", line: line))
        #expect(!admits("Sec-Fetch-Site: same-site", line: line))
    }

    @Test func `an upgrade is held to the rule whatever its method`() {
        #expect(!admits("Upgrade: websocket", "Origin: https://evil.example", line: "GET /"))
        #expect(admits("Upgrade: websocket", "Origin: https://app.example.com", line: "GET /"))
    }

    @Test(arguments: ["same-origin", "none", "Same-Origin"]) func `the browser's own word is enough`(site: String) {
        #expect(admits("Sec-Fetch-Site: \(site)"))
    }

    @Test func `an allowed or own Origin passes, also beside same-site`() {
        #expect(admits("Origin: https://app.example.com", "Sec-Fetch-Site: same-site"))
        #expect(admits("Origin: https://api.example.com"))
        #expect(admits("Origin: https://API.example.com:443"))
    }

    @Test(arguments: [
        "null", "https://app.example.com.evil.example", "https://app.example.co", "https://evil.example/https://app.example.com",
        "app.example.com",
        "https://", "https://api.example.com:8443", "https://xapi.example.com",
    ]) func `what only looks like an allowed Origin is refused`(origin: String) {
        #expect(!admits("Origin: \(origin)"))
    }

    @Test func `over TLS our own plain Origin is another one`() {
        #expect(!admits("Origin: http://api.example.com"))
        #expect(admits("Origin: http://api.example.com", isSecure: false))
    }

    @Test func `neither field means no browser, unless strict`() {
        #expect(admits())
        #expect(!admits(strict: true))
    }

    @Test func `two values of a field that browsers send once are refused`() {
        #expect(!admits("Sec-Fetch-Site: same-origin", "Sec-Fetch-Site: cross-site"))
        #expect(!admits("Origin: https://app.example.com", "Origin: https://evil.example"))
    }
}
