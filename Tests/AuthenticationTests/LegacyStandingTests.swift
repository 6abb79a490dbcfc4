import Authentication
import Crypto
import GatewayTesting
import Settings
import Telemetry
import Testing

/// The queries `revoked` and `active` of old tokens.
@Suite struct LegacyStandingTests {
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

    @Test func `a token can be revoked by its digest`() async throws {
        change { ($0.revoked, $0.revokedBy) = ("SELECT 1", .digest) }
        let token = TokenMint.legacy("7", at: now)
        let digest = Hexadecimal.encode(Digest.sha256(token.expose()))
        #expect(try await outcome(token) == "legacy 7")
        #expect(fixture.store.claims.map(\.tokenID) == [digest])
        fixture.store.revoke(digest)
        fixture.clock.advance(seconds: 10)
        #expect(try await outcome(token) == "token_invalid")
    }

    @Test func `by user, the query is told when the token was issued`() async throws {
        change { ($0.revoked, $0.revokedBy) = ("SELECT 1", .user) }
        let token = TokenMint.legacy("7", at: now, claims: ["iat": "\(now.seconds - 5)"])
        #expect(try await outcome(token) == "legacy 7")
        #expect(fixture.store.claims == [LegacyClaim(user: UserID("7"), tokenID: nil, issued: now.adding(seconds: -5))])
        // Without the claim nobody could say that it was issued late enough.
        #expect(try await outcome(TokenMint.legacy("7", at: now, claims: ["iat": nil])) == "token_invalid")
    }

    @Test func `who is not active any more is refused, and the answer is believed for a while`() async throws {
        change { $0.active = "SELECT 1" }
        let token = TokenMint.legacy("7", at: now)
        #expect(try await outcome(token) == "legacy 7")
        fixture.store.deactivate("7")
        #expect(try await outcome(token) == "legacy 7")
        fixture.clock.advance(seconds: 10)
        #expect(try await outcome(token) == "token_invalid")
        #expect(try await outcome(token) == "token_invalid")
        #expect(fixture.store.questions == 2)
    }

    @Test func `a query that cannot be asked fails closed, as trouble on our side`() async throws {
        change { $0.active = "SELECT 1" }
        fixture.store.fail(.away("connection refused"))
        #expect(try await outcome(TokenMint.legacy("7", at: now)) == "authentication_unavailable")
    }

    @Test func `a refused token beside a Clerk session is dropped`() async throws {
        change { $0.active = "SELECT 1" }
        fixture.store.deactivate("7")
        let clerk = fixture.mint.session(at: now).cookie("__session")
        #expect(try await fixture.outcome("GET /\n\(TokenMint.legacy("7", at: now).bearer)\n\(clerk)") == "clerk user_1")
    }
}
