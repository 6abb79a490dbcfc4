import Authentication
import GatewayTesting
import JOSE
import Settings
import Telemetry
import Testing

@Suite struct LegacyCredentialTests {
    let fixture = AuthenticationFixture()
    var now: UnixTime { fixture.clock.now }

    private func outcome(_ token: Secret) async throws -> String {
        try await fixture.outcome(AuthenticationFixture.request(token.bearer), mode: .legacy)
    }

    private func change(_ edit: (inout LegacySettings.JWT) -> Void) {
        fixture.change { settings in
            guard case .jwt(var jwt) = settings.legacy[0].kind else { return }
            edit(&jwt)
            settings.legacy[0].kind = .jwt(jwt)
        }
    }

    @Test(arguments: [("7", "7"), ("\"7\"", "7"), ("\"5f0c-uuid\"", "5f0c-uuid"), ("9007199254740993", "9007199254740993")])
    func `the user id may be a string or a whole number`(claim: String, user: String) async throws {
        #expect(try await outcome(TokenMint.legacy(claim, at: now)) == "legacy \(user)")
    }

    @Test(arguments: ["1.5", "1e400", "true", "null", "\"\"", "[7]", "{\"id\":7}"])
    func `any other user id is refused`(claim: String) async throws {
        #expect(try await outcome(TokenMint.legacy(claim, at: now)) == "token_invalid")
    }

    @Test func `a wrong secret or a changed signature is refused`() async throws {
        #expect(try await outcome(TokenMint.legacy("7", secret: "another secret of thirty-two byte", at: now)) == "token_invalid")
        #expect(try await outcome(TokenMint.legacy("7", at: now).tampered) == "token_invalid")
    }

    @Test func `exp is required, unless the settings say that tokens never expire`() async throws {
        #expect(try await outcome(TokenMint.legacy("7", at: now, claims: ["exp": nil])) == "token_invalid")
        change { $0.neverExpires = true }
        #expect(try await outcome(TokenMint.legacy("7", at: now, claims: ["exp": nil])) == "legacy 7")
        #expect(try await outcome(TokenMint.legacy("7", at: now, claims: ["exp": "\(now.seconds - 10)"])) == "token_expired")
    }

    @Test func `issuer and audience are checked where they are set`() async throws {
        change { ($0.issuer, $0.audience) = ("leaflock", "api") }
        #expect(try await outcome(TokenMint.legacy("7", at: now)) == "token_invalid")
        #expect(try await outcome(TokenMint.legacy("7", at: now, claims: ["iss": "\"leaflock\""])) == "token_invalid")
        #expect(
            try await outcome(TokenMint.legacy("7", at: now, claims: ["iss": "\"leaflock\"", "aud": "\"apis\""])) == "token_invalid"
        )
        #expect(
            try await outcome(TokenMint.legacy("7", at: now, claims: ["iss": "\"leaflock\"", "aud": "[\"web\",\"api\"]"]))
                == "legacy 7")
    }

    @Test func `of several keys the kid selects, and a key without one is tried for every token`() async throws {
        let second = "second secret of thirty-two bytes"
        change {
            $0.keys = [.init(keyID: "1", material: Secret(TokenMint.legacySecret)), .init(keyID: "2", material: Secret(second))]
        }
        #expect(try await outcome(TokenMint.legacy("7", secret: second, at: now, keyID: "2")) == "legacy 7")
        #expect(try await outcome(TokenMint.legacy("7", secret: second, at: now, keyID: "1")) == "token_invalid")
        #expect(try await outcome(TokenMint.legacy("7", secret: second, at: now)) == "token_invalid")
        change {
            $0.keys = [.init(keyID: nil, material: Secret(TokenMint.legacySecret)), .init(keyID: nil, material: Secret(second))]
        }
        #expect(try await outcome(TokenMint.legacy("7", secret: second, at: now)) == "legacy 7")
    }

    @Test func `a revoked token is refused, and the answer is believed for a while`() async throws {
        change { ($0.revoked, $0.cacheSeconds) = ("SELECT 1", 10) }
        let token = TokenMint.legacy("7", at: now, claims: ["jti": "\"j1\""])
        #expect(try await outcome(token) == "legacy 7")
        #expect(try await outcome(token) == "legacy 7")
        #expect(fixture.store.questions == 1)
        fixture.store.revoke("j1")
        fixture.clock.advance(seconds: 10)
        #expect(try await outcome(token) == "token_invalid")
    }

    @Test func `a block list that cannot be asked fails closed`() async throws {
        change { $0.revoked = "SELECT 1" }
        fixture.store.fail(.away("connection refused"))
        #expect(try await outcome(TokenMint.legacy("7", at: now, claims: ["jti": "\"j1\""])) == "authentication_unavailable")
        #expect(try await outcome(TokenMint.legacy("7", at: now)) == "token_invalid")
    }

    @Test func `a session is found by cookie and by its scheme, and asked for once`() async throws {
        fixture.store.add(session: "s1", of: "7")
        #expect(try await fixture.outcome("GET /\nCookie: session_token=s1", mode: .legacy) == "legacy 7")
        #expect(try await fixture.outcome("GET /\nAuthorization: Legacy s1", mode: .legacy) == "legacy 7")
        #expect(fixture.store.questions == 1)
    }

    @Test func `a session that ended is noticed when the answer has aged`() async throws {
        fixture.store.add(session: "s1", of: "7")
        #expect(try await fixture.outcome("GET /\nCookie: session_token=s1", mode: .legacy) == "legacy 7")
        fixture.store.remove(session: "s1")
        fixture.clock.advance(seconds: 29)
        #expect(try await fixture.outcome("GET /\nCookie: session_token=s1", mode: .legacy) == "legacy 7")
        fixture.clock.advance(seconds: 1)
        #expect(try await fixture.outcome("GET /\nCookie: session_token=s1", mode: .legacy) == "token_expired")
    }

    @Test func `a session that is not there stays so for two seconds`() async throws {
        #expect(try await fixture.outcome("GET /\nCookie: session_token=s1", mode: .legacy) == "token_expired")
        fixture.store.add(session: "s1", of: "7")
        #expect(try await fixture.outcome("GET /\nCookie: session_token=s1", mode: .legacy) == "token_expired")
        fixture.clock.advance(seconds: 2)
        #expect(try await fixture.outcome("GET /\nCookie: session_token=s1", mode: .legacy) == "legacy 7")
    }

    @Test func `an outage is not remembered`() async throws {
        fixture.store.add(session: "s1", of: "7")
        fixture.store.fail(.timedOut)
        #expect(try await fixture.outcome("GET /\nCookie: session_token=s1", mode: .legacy) == "authentication_unavailable")
        fixture.store.fail(nil)
        #expect(try await fixture.outcome("GET /\nCookie: session_token=s1", mode: .legacy) == "legacy 7")
    }

    @Test func `of several session cookies the one that is good counts`() async throws {
        fixture.store.add(session: "s3", of: "7")
        #expect(
            try await fixture.outcome("GET /\nCookie: session_token=s1; session_token=s2; session_token=s3", mode: .legacy)
                == "legacy 7")
    }

    @Test func `a stale cookie is as good as none on an optional route, a bad Bearer is not`() async throws {
        #expect(try await fixture.outcome("GET /\nCookie: session_token=s1", mode: .legacy, optional: true) == "nobody")
        #expect(try await fixture.outcome("GET /\nAuthorization: Bearer x", mode: .legacy, optional: true) == "token_invalid")
        #expect(try await fixture.outcome("GET /\nAuthorization: Legacy s1", mode: .legacy, optional: true) == "token_expired")
    }
}
