import GatewayTesting
import HTTP
import Settings
import Testing

@testable import Gateway

@Suite struct RedactionTests {
    private static let settings = """
        {
          "version": 1,
          "clerk": { "issuer": "https://clerk.example.com", "secretKey": "sk_test_0123456789", "authorizedParties": ["https://a.example"] },
          "directory": {
            "url": "sqlite:app.db", "users": { "id": "id", "email": "email", "clerkUserId": "clerk_user_id" },
            "linking": { "legacyEmail": "trusted" }
          },
          "origins": { "api": { "servers": ["http://127.0.0.1:9000"] } },
          "routes": [
            {
              "name": "ws", "match": { "path": "/ws/*" }, "origin": "api", "mode": "clerk",
              "upgradeFrom": ["query:ctok", "protocol:clerk."]
            },
            { "name": "rest", "match": { "path": "/*" }, "origin": "api", "mode": "observe" }
          ]
        }
        """

    private func shown(_ lines: String...) throws -> String {
        let settings = try SettingsLoader.load(Array(Self.settings.utf8), path: "routes.json", environment: [:]).settings
        let head = RequestHead(text: lines.joined(separator: "\n"))
        return Redaction(settings, hiding: [], of: head).text(Array(lines.joined(separator: "\r\n").utf8))
    }

    @Test(arguments: ["/ws/x", "/x"])
    func `an Upgrade's token is hidden in a request that is none`(path: String) throws {
        let text = try shown(
            "GET \(path)?a=1&ctok=s3cr3t HTTP/1.1", "Host: a", "Sec-WebSocket-Protocol: chat, clerk.s3cr3t,\tclerk.s3cr3t, other")
        #expect(!text.contains("s3cr3t"))
        #expect(text.contains("?a=1&ctok=[redacted] HTTP/1.1"))
        #expect(text.contains("Sec-WebSocket-Protocol: chat, clerk.[redacted], clerk.[redacted], other"))
    }

    @Test func `what is no token stays as it was sent`() throws {
        let text = try shown("GET /x?token_free=1&c=2 HTTP/1.1", "Host: a", "Sec-WebSocket-Protocol: chat,v2.clerk")
        #expect(text.contains("Sec-WebSocket-Protocol: chat,v2.clerk") && text.contains("c=2"))
    }
}
