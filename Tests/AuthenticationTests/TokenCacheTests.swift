import Authentication
import GatewayTesting
import Settings
import Telemetry
import Testing

@Suite struct TokenCacheTests {
    @Test func `entries and bytes stay below their limits whatever comes`() async throws {
        let cache = TokenCache(seed: 7, tokensMax: 64, tokenBytesMax: 20_000)
        let fixture = AuthenticationFixture(cache: cache)
        for index in 0..<200 {
            let text = AuthenticationFixture.request(TokenMint.legacy("\(index)", at: fixture.clock.now).bearer)
            // Twice: the first sight of such a token takes no place.
            #expect(try await fixture.outcome(text) == "legacy \(index)")
            #expect(try await fixture.outcome(text) == "legacy \(index)")
            #expect(cache.tokenCount <= 64)
            #expect(cache.byteCount <= 20_000)
        }
        #expect(cache.tokenCount > 32)
    }

    @Test func `bytes are a limit of their own`() async throws {
        let cache = TokenCache(seed: 7, tokensMax: 1024, tokenBytesMax: 2_000)
        let fixture = AuthenticationFixture(cache: cache)
        for index in 0..<100 {
            let text = AuthenticationFixture.request(TokenMint.legacy("\(index)", at: fixture.clock.now).bearer)
            for _ in 0..<2 { _ = try await fixture.outcome(text) }
            #expect(cache.byteCount <= 2_000)
        }
        #expect(cache.tokenCount > 0)
    }

    @Test func `a token too large for the table is judged all the same`() async throws {
        let fixture = AuthenticationFixture(cache: TokenCache(seed: 7, tokensMax: 8, tokenBytesMax: 16))
        fixture.store.add(session: "a session token of more than 16 bytes", of: "9")
        #expect(
            try await fixture.outcome(AuthenticationFixture.request(fixture.mint.session(at: fixture.clock.now).bearer))
                == "clerk user_1")
        #expect(
            try await fixture.outcome(AuthenticationFixture.request("Cookie: session_token=a session token of more than 16 bytes"))
                == "legacy 9")
    }

    @Test func `a cached token expires at its time`() async throws {
        let fixture = AuthenticationFixture()
        let text = AuthenticationFixture.request(fixture.mint.session(at: fixture.clock.now).bearer)
        #expect(try await fixture.outcome(text) == "clerk user_1")
        fixture.clock.advance(seconds: 64)
        #expect(try await fixture.outcome(text) == "clerk user_1")
        fixture.clock.advance(seconds: 1)
        #expect(try await fixture.outcome(text) == "token_expired")
    }

    @Test func `a changed byte of a cached token makes it another token`() async throws {
        let fixture = AuthenticationFixture()
        let token = fixture.mint.session(at: fixture.clock.now)
        #expect(try await fixture.outcome(AuthenticationFixture.request(token.bearer)) == "clerk user_1")
        #expect(try await fixture.outcome(AuthenticationFixture.request(token.tampered.bearer)) == "token_invalid")
        #expect(try await fixture.outcome(AuthenticationFixture.request(token.bearer + "A")) == "token_invalid")
    }

    @Test func `a token that was good under other settings is judged again`() async throws {
        let fixture = AuthenticationFixture()
        let text = AuthenticationFixture.request(fixture.mint.session(at: fixture.clock.now).bearer)
        let old = AuthenticationFixture.request(TokenMint.legacy("7", at: fixture.clock.now).bearer)
        #expect(try await fixture.outcome(text) == "clerk user_1")
        #expect(try await fixture.outcome(old) == "legacy 7")
        fixture.change { settings in
            settings.clerk?.authorizedParties = ["https://other.example.com"]
            settings.legacy.removeFirst()
        }
        #expect(try await fixture.outcome(text) == "token_invalid")
        #expect(try await fixture.outcome(old) == "token_invalid")
    }

    @Test func `a session that was good under other settings is asked about again, and takes no second place`() async throws {
        let fixture = AuthenticationFixture()
        fixture.store.add(session: "s1", of: "7")
        for times in 1...20 {
            #expect(try await fixture.outcome("GET /\nCookie: session_token=s1") == "legacy 7")
            #expect(fixture.store.questions == times)
            #expect(fixture.cache.sessionCount == 1)
            fixture.change { $0.legacy[1].kind = .session(.init(query: "SELECT \(times)")) }
        }
        fixture.store.remove(session: "s1")
        #expect(try await fixture.outcome("GET /\nCookie: session_token=s1") == "token_expired")
        #expect(fixture.cache.sessionCount == 1)
    }

    @Test func `a token cached for one entry does not pass by another entry's place`() async throws {
        let fixture = AuthenticationFixture()
        fixture.change { $0.legacy[0].from = [.cookie("jwt")] }
        let token = TokenMint.legacy("7", at: fixture.clock.now)
        #expect(try await fixture.outcome("GET /\n\(token.cookie("jwt"))") == "legacy 7")
        #expect(try await fixture.outcome("GET /\n\(token.bearer)") == "token_invalid")
        #expect(try await fixture.outcome("GET /\n\(token.cookie("session_token"))") == "token_expired")
    }
}
