import Crypto
import GatewayTesting
import Testing

@testable import Authentication

@Suite struct SightingsTests {
    private func isKnown(_ token: String, to sightings: Sightings) -> Bool {
        let bytes = Array(token.utf8)
        return sightings.note(bytes.span)
    }

    @Test func `a token is known from its second sight on`() {
        let sightings = Sightings(hash: SeededHash(seed: 7), count: 1024)
        #expect(!isKnown("a.token.signature", to: sightings))
        #expect(isKnown("a.token.signature", to: sightings))
        #expect(!isKnown("another.token.signature", to: sightings))
    }

    @Test func `many tokens may forget one another, and none is known before it came`() {
        let sightings = Sightings(hash: SeededHash(seed: 7), count: 16)
        for number in 0..<1_000 { #expect(!isKnown("token \(number)", to: sightings), "\(number)") }
    }

    @Test func `a shared secret's token takes a place when it comes back, Clerk's at once`() async throws {
        let cache = TokenCache(seed: 7)
        let fixture = AuthenticationFixture(cache: cache)
        let old = AuthenticationFixture.request(TokenMint.legacy("7", at: fixture.clock.now).bearer)
        #expect(try await fixture.outcome(old) == "legacy 7")
        #expect(cache.tokenCount == 0)
        #expect(try await fixture.outcome(old) == "legacy 7")
        #expect(cache.tokenCount == 1)
        #expect(
            try await fixture.outcome(AuthenticationFixture.request(fixture.mint.session(at: fixture.clock.now).bearer))
                == "clerk user_1")
        #expect(cache.tokenCount == 2)
    }
}
