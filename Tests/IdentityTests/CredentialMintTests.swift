import Authentication
import Crypto
import GatewayTesting
import HTTP
import Identity
import JOSE
import JSON
import Settings
import Telemetry
import Testing

/// What an origin gets that knows only its own credentials, and for how long that is good.
@Suite("CredentialMint") struct CredentialMintTests {
    let fixture = AuthenticationFixture()
    var now: UnixTime { fixture.clock.now }
    static let secret = Secret("the origin's own secret, 32 bytes")

    static let claims = [
        Mint.Claim(name: "user_id", value: .userID), Mint.Claim(name: "type", value: .text("access")),
        Mint.Claim(name: "jti", value: .tokenID), Mint.Claim(name: "email", value: .email),
    ]

    static func jwt(_ claims: [Mint.Claim] = claims) throws -> CredentialMint {
        try CredentialMint(Mint(kind: .jwt(secret: secret, keyID: "k1"), place: .bearer, claims: claims), rows: nil)
    }

    static func sessions(_ rows: FakeSessionRows, extend: String? = nil) throws -> CredentialMint {
        try CredentialMint(
            Mint(kind: .session(insert: "INSERT", extend: extend), place: .cookie("session_token"), claims: []), rows: rows)
    }

    func caller(_ id: String = "7", method: Caller.Method = .clerk, linked: Bool = true) throws -> Caller {
        let row = DirectoryUser(id, email: "ada@example.com", clerkUser: linked ? "user_1" : nil)
        return try #require(Caller(row, method: method, fields: IdentityFields()))
    }

    /// Evidence of a request with a Clerk token that was made some seconds ago.
    func evidence(age: Int64 = 0, user: String = "user_1", sid: String? = nil, beside: String...) async throws -> Evidence {
        let changes = sid.map { ["sid": "\"\($0)\""] } ?? [:]
        let token = fixture.mint.session(user, at: now.adding(seconds: -age), claims: changes)
        return try await fixture.authenticate(AuthenticationFixture.request(([token.bearer] + beside).joined(separator: "\n")))
    }

    func credential(_ mint: CredentialMint, _ caller: Caller, _ evidence: Evidence) async throws -> Secret? {
        try await mint.credential(for: caller, evidence, at: now)?.text
    }

    private func parts(_ token: Secret) throws -> (header: JSONValue, claims: JSONValue) {
        let parts = token.exposeText().split(separator: ".").map(String.init)
        return (
            try JSONValue(parsing: Base64.decodeURL(try #require(parts.first))),
            try JSONValue(parsing: Base64.decodeURL(parts[1]))
        )
    }

    @Test func `a token is signed with the origin's secret and ends with Clerk's`() async throws {
        let token = try #require(try await credential(Self.jwt(), caller(), evidence(age: 20)))
        let (header, claims) = try parts(token)
        #expect(header["alg"]?.string == "HS256" && header["kid"]?.string == "k1")
        #expect(claims["user_id"]?.string == "7" && claims["type"]?.string == "access")
        #expect(claims["email"]?.string == "ada@example.com" && claims["jti"]?.string?.utf8.count == 32)
        #expect(claims["exp"]?.int64 == now.seconds + 40 + AuthenticationLimits.leewaySeconds)
        #expect(claims["iat"]?.int64 == now.seconds)
        let input = token.exposeText().split(separator: ".").dropLast().joined(separator: ".")
        let code = try HMACKey(Self.secret).code(of: Array(input.utf8).span)
        #expect(token.exposeText().hasSuffix("." + Base64.encodeURL(code)))
    }

    @Test func `a template may name its own dates, and what a caller does not have is left out`() async throws {
        let mint = try Self.jwt([
            Mint.Claim(name: "exp", value: .expires), Mint.Claim(name: "iat", value: .integer(0)),
            Mint.Claim(name: "email", value: .email), Mint.Claim(name: "id", value: .userNumber),
            Mint.Claim(name: "admin", value: .bool(false)),
        ])
        let nameless = try #require(
            Caller(DirectoryUser("7", email: nil, clerkUser: "user_1"), method: .clerk, fields: IdentityFields()))
        let token = try #require(try await credential(mint, nameless, evidence()))
        let (_, claims) = try parts(token)
        #expect(claims["iat"]?.int64 == 0 && claims["email"] == nil && claims["id"]?.int64 == 7)
    }

    @Test func `an id that is no number is not made into one`() async throws {
        let mint = try Self.jwt([Mint.Claim(name: "id", value: .userNumber)])
        await #expect(throws: IdentityRefusal.userUnusable) { try await credential(mint, caller("seven"), evidence()) }
    }

    @Test func `who came with an old credential, or is not linked, gets nothing`() async throws {
        let mint = try Self.jwt()
        #expect(try await credential(mint, caller(method: .legacy("jwt")), evidence()) == nil)
        #expect(try await credential(mint, caller(linked: false), evidence()) == nil)
        let old = AuthenticationFixture.request(TokenMint.legacy("7", at: now).bearer)
        #expect(try await credential(mint, caller(), fixture.authenticate(old)) == nil)
    }

    @Test func `a token is used again until it is nearly over`() async throws {
        let mint = try Self.jwt()
        let first = try await credential(mint, caller(), evidence())
        fixture.clock.advance(seconds: 50)
        #expect(try await credential(mint, caller(), evidence()) == first)
        fixture.clock.advance(seconds: 10)
        #expect(try await credential(mint, caller(), evidence()) != first)
    }

    @Test func `another session, and another row of the same session, get a token of their own`() async throws {
        let mint = try Self.jwt()
        let first = try await credential(mint, caller(), evidence(sid: "sess_a"))
        #expect(try await credential(mint, caller(), evidence(sid: "sess_b")) != first)
        #expect(try await credential(mint, caller("8"), evidence(sid: "sess_a")) != first)
    }

    @Test func `a session is one row while its token lasts`() async throws {
        let rows = FakeSessionRows()
        let mint = try Self.sessions(rows)
        let first = try #require(try await credential(mint, caller(), evidence()))
        #expect(first.count == 43)
        #expect(rows.row(first)?.user == "7")
        #expect(rows.row(first)?.until == UnixTime(seconds: now.seconds + 60 + AuthenticationLimits.leewaySeconds))
        #expect(try await credential(mint, caller(), evidence(age: 30)) == first)
        #expect(rows.additions == 1)
    }

    @Test func `requests of one session at once share one row, and one of another user gets a row of its own`() async throws {
        let (users, additions) = try await Self.ask(for: ["7", "7", "8"])
        #expect(users == ["7", "7", "8"] && additions == 2)
    }

    /// Whose rows requests of one Clerk session get that come at once, and how many rows were made.
    @MainActor private static func ask(for users: [String]) async throws -> (users: [String?], additions: Int) {
        let tests = CredentialMintTests()
        let rows = FakeSessionRows()
        let mint = try sessions(rows)
        let (evidence, now) = (try await tests.evidence(), tests.now)
        let requests = try users.map { user in
            let caller = try tests.caller(user)
            return Task { try await mint.credential(for: caller, evidence, at: now)?.text }
        }
        var owners: [String?] = []
        for request in requests { owners.append(try await request.value.flatMap { rows.row($0) }?.user) }
        return (owners, rows.additions)
    }

    @Test func `a row is extended near its end, and made anew where it is gone`() async throws {
        let rows = FakeSessionRows()
        let mint = try Self.sessions(rows, extend: "UPDATE")
        let first = try #require(try await credential(mint, caller(), evidence()))
        fixture.clock.advance(seconds: 61)
        #expect(try await credential(mint, caller(), evidence()) == first)
        #expect(rows.row(first)?.until == UnixTime(seconds: now.seconds + 60 + AuthenticationLimits.leewaySeconds))
        rows.removeAll()
        fixture.clock.advance(seconds: 61)
        #expect(try await credential(mint, caller(), evidence()) != first)
        #expect(rows.additions == 2)
    }

    @Test func `a database that is away is trouble on our side`() async throws {
        let rows = FakeSessionRows()
        rows.fail(.timedOut)
        let mint = try Self.sessions(rows)
        await #expect(throws: IdentityRefusal.unavailable(retryAfterSeconds: IdentityLimits.retryAfterSeconds)) {
            try await credential(mint, caller(), evidence())
        }
        rows.fail(nil)
        #expect(try await credential(mint, caller(), evidence()) != nil)
    }

    @Test func `nothing prints a minted credential`() async throws {
        let minted = try #require(try await Self.jwt().credential(for: caller(), evidence(), at: now))
        #expect(!"\(minted) \(minted.text)".contains("eyJ"))
        var text = ""
        dump(minted, to: &text)
        #expect(!text.contains("eyJ"))
    }
}
