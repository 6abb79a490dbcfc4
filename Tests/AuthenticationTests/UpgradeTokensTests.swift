import Authentication
import GatewayTesting
import HTTP
import Settings
import Telemetry
import Testing

/// Clerk's token in the query or in a subprotocol of a handshake.
@Suite struct UpgradeTokensTests {
    let fixture = AuthenticationFixture()
    var now: UnixTime { fixture.clock.now }

    init() {
        fixture.change { settings in
            var route = Route(name: "ws", match: .init(host: nil, path: "/ws", methods: []), origin: nil, mode: .dual)
            route.upgradeFrom = [.query("token"), .subprotocol("clerk.")]
            settings.routes = [Route(name: "x", match: .init(host: nil, path: "/", methods: []), origin: nil, mode: .dual), route]
        }
    }

    private var token: String { fixture.mint.session(at: now).exposeText() }
    private let upgrade = "Connection: Upgrade\nUpgrade: websocket"

    @Test func `a token in the query or in a subprotocol is taken on an Upgrade of the route`() async throws {
        #expect(try await fixture.outcome("GET /ws?token=\(token)\n\(upgrade)", upgradeRoute: 1) == "clerk user_1")
        #expect(
            try await fixture.outcome("GET /ws?a=1&%74oken=\(token)\n\(upgrade)", mode: .clerk, upgradeRoute: 1) == "clerk user_1")
        let field = "Sec-WebSocket-Protocol: chat, clerk.\(token)"
        #expect(try await fixture.outcome("GET /ws\n\(upgrade)\n\(field)", upgradeRoute: 1) == "clerk user_1")
        let two = "Sec-WebSocket-Protocol: chat\nSec-WebSocket-Protocol: ,clerk.\(token)"
        #expect(try await fixture.outcome("GET /ws\n\(upgrade)\n\(two)", upgradeRoute: 1) == "clerk user_1")
    }

    @Test func `nowhere else`() async throws {
        let missing = "credentials_missing"
        #expect(try await fixture.outcome("GET /ws?token=\(token)") == missing)
        #expect(try await fixture.outcome("GET /ws?token=\(token)\n\(upgrade)", upgradeRoute: 0) == missing)
        #expect(try await fixture.outcome("GET /ws?tokens=\(token)\n\(upgrade)", upgradeRoute: 1) == missing)
        #expect(try await fixture.outcome("GET /ws?token=\(token)\n\(upgrade)", mode: .legacy, upgradeRoute: 1) == missing)
        let field = "Sec-WebSocket-Protocol: Clerk.\(token), clerk., \(token)"
        #expect(try await fixture.outcome("GET /ws\n\(upgrade)\n\(field)", upgradeRoute: 1) == missing)
    }

    @Test func `it is judged as a Bearer is`() async throws {
        let expired = fixture.mint.session(at: now.adding(seconds: -120)).exposeText()
        #expect(try await fixture.outcome("GET /ws?token=\(expired)\n\(upgrade)", upgradeRoute: 1) == "token_expired")
        let forged = fixture.mint.session(at: now).tampered.exposeText()
        #expect(try await fixture.outcome("GET /ws?token=\(forged)\n\(upgrade)", upgradeRoute: 1) == "token_invalid")
        #expect(try await fixture.outcome("GET /ws?token=x\n\(upgrade)", upgradeRoute: 1) == "token_invalid")
        #expect(try await fixture.outcome("GET /ws?token=x\n\(upgrade)", optional: true, upgradeRoute: 1) == "token_invalid")
    }

    @Test func `an own cookie comes first, and with it the rule against other sites`() async throws {
        let cookie = fixture.mint.session("user_2", at: now).cookie("__session")
        let request = "GET /ws?token=\(token)\nHost: api.example.com\n\(upgrade)\n\(cookie)\nOrigin: "
        #expect(try await fixture.outcome(request + "https://app.example.com", upgradeRoute: 1) == "clerk user_2")
        #expect(try await fixture.outcome(request + "https://evil.example.net", upgradeRoute: 1) == "cross_site")
    }

    @Test func `a page of another site may bring a token of its own user, and no cookie`() async throws {
        let request = "GET /ws?token=\(token)\nHost: api.example.com\n\(upgrade)\nOrigin: https://evil.example.net"
        #expect(try await fixture.outcome(request, upgradeRoute: 1) == "clerk user_1")
    }

    @Test func `what is forwarded holds no token, in any spelling of its name`() async throws {
        let head = RequestHead(
            text:
                "GET /ws?a=1&token=\(token)&%74oken=x&b=2\n\(upgrade)\nSec-WebSocket-Protocol: chat, clerk.\(token)\nSec-WebSocket-Protocol: clerk.y, v2"
        )
        let requirement = Requirement(mode: .dual, isOptional: false, isSecure: true, upgradeRoute: 1)
        let authenticator = try fixture.authenticator
        let evidence = try await authenticator.authenticate(head, for: requirement, at: now)
        var choice = Route.CredentialForwarding()
        (choice.legacy, choice.clerk) = (.keep, .keep)
        let removal = authenticator.removal(choice, evidence, conflict: false)
        var query: [UInt8] = []
        removal.appendQuery(head.query ?? 0..<0, in: head.section.bytes, to: &query)
        var field: [UInt8] = []
        removal.appendProtocols(of: head.section, to: &field)
        #expect(removal.dropsParameters && removal.rewritesProtocols)
        #expect(String(decoding: query, as: UTF8.self) == "a=1&b=2")
        #expect(String(decoding: field, as: UTF8.self) == "Sec-WebSocket-Protocol: chat, v2\r\n")
    }
}
