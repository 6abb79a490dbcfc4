import Authentication
import GatewayTesting
import Identity
import Settings
import Snapshot
import Sockets
import Telemetry
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

    /// Settings that know callers.
    private func directed(_ change: (inout Settings) -> Void = { _ in }) throws -> Settings {
        var settings = try settings([nil])
        settings.directory = DirectorySettings(
            location: .sqlite(path: "unused"), users: DirectorySettings.Users(),
            linking: DirectorySettings.Linking(legacyEmail: .trusted))
        settings.legacy = ["old", "older"].map {
            LegacySettings(name: $0, from: [.header($0)], kind: .session(LegacySettings.Session(query: "SELECT")))
        }
        change(&settings)
        return settings
    }

    private func knowing(_ directory: FakeDirectory) -> Services {
        var services = services
        services.directory = directory
        return services
    }

    @Test func `callers are known across a change of what does not make them`() throws {
        let services = knowing(FakeDirectory())
        let old = try generation(directed(), services)
        let flipped = try generation(
            directed {
                $0.routes[0].mode = .clerk
                $0.limits.connections = 7
                $0.cors = CORS(allowedOrigins: ["https://app.example.com"], credentials: true)
            }, services, after: old)
        #expect(flipped.callers != nil && flipped.callers !== old.callers && flipped.callers?.cache === old.callers?.cache)
    }

    static let changes: [@Sendable (inout Settings) -> Void] = [
        { $0.directory?.users.role = "role" }, { $0.directory?.users.table = "people" },
        { $0.directory?.linking.afterLink = .refuse }, { $0.directory?.linking.privilegedRoles = ["admin"] },
        { $0.directory?.location = .sqlite(path: "another") }, { $0.identity.userID = "X-Person" },
        { $0.identity.email = "X-Email" },
        { $0.identity.method = nil }, { $0.legacy.reverse() }, { $0.legacy[0].name = "renamed" }, { $0.legacy.removeFirst() },
        { $0.legacy[1].insecure = true }, { $0.legacy[0].kind = .asserted }, { $0.clerk?.issuer = "https://other.example.com" },
        { $0.clerk?.secretKey = Secret("sk_test_y") }, { $0.clerk = nil },
    ]

    @Test(arguments: changes.indices) func `whatever makes a caller another has everybody asked for again`(_ number: Int) throws {
        let services = knowing(FakeDirectory())
        let old = try generation(directed(), services)
        let next = try generation(directed(Self.changes[number]), services, after: old)
        #expect(next.callers != nil && next.callers?.cache !== old.callers?.cache)
        // Nor does what was known come back with the settings of before.
        #expect(try generation(directed(), services, after: next).callers?.cache !== old.callers?.cache)
    }

    @Test func `another directory has everybody asked for again, and so has a time without one`() throws {
        let services = knowing(FakeDirectory())
        let old = try generation(directed(), services)
        #expect(try generation(directed(), knowing(FakeDirectory()), after: old).callers?.cache !== old.callers?.cache)
        let without = try generation(directed { $0.directory = nil }, self.services, after: old)
        #expect(without.callers == nil)
        #expect(try generation(directed(), services, after: without).callers?.cache !== old.callers?.cache)
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
