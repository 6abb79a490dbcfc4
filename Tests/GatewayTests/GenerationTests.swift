import Authentication
import GatewayTesting
import Identity
import Settings
import Snapshot
import Sockets
import Testing

@testable import Gateway

/// What a worker carries over when the settings change, and what it begins anew.
@Suite struct GenerationTests {
    private static let loop = try! Loop(name: "generations")
    private let services: Services = {
        var services = Services()
        services.sessions = FakeSessionRows()
        return services
    }()

    private static func session(_ insert: String = "INSERT", to cookie: String = "session_token") -> Mint {
        Mint(kind: .session(insert: insert, extend: nil), place: .cookie(cookie), claims: [])
    }

    private func settings(_ mints: [Mint?], mode: Mode = .dual, issuer: String = "https://clerk.example.com") throws -> Settings {
        let text = """
            {
              "version": 1, "clerk": { "issuer": "\(issuer)", "jwksUrl": "\(issuer)/jwks", "secretKey": "sk_test_x", "authorizedParties": ["https://app.example.com"] },
              "origins": { "api": { "servers": ["http://127.0.0.1:9000"] } },
              "routes": [{ "name": "a", "match": { "path": "/*" }, "origin": "api", "mode": "observe" }]
            }
            """
        var settings = try SettingsLoader.load(Array(text.utf8), path: "routes.json", environment: [:]).settings
        let route = settings.routes[0]
        settings.routes = mints.enumerated().map { index, mint in
            var route = route
            (route.name, route.mode, route.mint) = ("r\(index)", mode, mint)
            return route
        }
        return settings
    }

    private func generation(_ settings: Settings, _ services: Services? = nil, after old: Generation? = nil) throws -> Generation {
        try Generation(
            Plan(settings, services: services ?? self.services, origins: [Published([])]), version: 1, after: old,
            tokens: TokenCache(seed: 1), loop: Self.loop, buffers: BufferPool(blockBytes: 16, blocksMax: 1))
    }

    @Test func `what was minted survives a change of what it does not stand on`() throws {
        let old = try generation(settings([Self.session(), nil]))
        let flipped = try generation(settings([nil, Self.session()], mode: .clerk), after: old)
        #expect(flipped.mints[0] == nil && flipped.mints[1] === old.mints[0])
        // Also across a time in which the route lets nobody in.
        let denied = try generation(settings([Self.session()], mode: .deny), after: flipped)
        #expect(try generation(settings([Self.session()]), after: denied).mints[0] === old.mints[0])
    }

    @Test func `routes that mint alike share what they mint`() throws {
        let mints = try generation(settings([Self.session(), Self.session(to: "sid"), Self.session()])).mints
        #expect(mints[0] === mints[2] && mints[0] !== mints[1])
    }

    @Test func `another statement, another place, another database and another Clerk instance begin anew`() throws {
        let old = try generation(settings([Self.session()]))
        #expect(try generation(settings([Self.session("INSERT INTO others")]), after: old).mints[0] !== old.mints[0])
        #expect(try generation(settings([Self.session(to: "sid")]), after: old).mints[0] !== old.mints[0])
        #expect(
            try generation(settings([Self.session()], issuer: "https://other.example.com"), after: old).mints[0] !== old.mints[0])
        var others = services
        others.sessions = FakeSessionRows()
        #expect(try generation(settings([Self.session()]), others, after: old).mints[0] !== old.mints[0])
        // And what has ended once does not come back.
        let gone = try generation(settings([nil]), after: old)
        #expect(try generation(settings([Self.session()]), after: gone).mints[0] !== old.mints[0])
    }
}
