import Authentication
import Crypto
import GatewayTesting
import JOSE
import Settings
import Snapshot
import Telemetry
import Testing

/// 401 means that the credential is bad: never before a fetch that started when the token was here.
@Suite struct KeyRotationTests {
    let old = TokenMint()
    let sameID = TokenMint(keyID: "ins_1", rotated: true)
    let newID = TokenMint(keyID: "ins_2", rotated: true)

    private func request(_ mint: TokenMint, _ fixture: AuthenticationFixture) -> String {
        AuthenticationFixture.request(mint.session(at: fixture.clock.now).bearer)
    }

    @Test func `a token of a new key passes after one fetch`() async throws {
        for mint in [newID, sameID] {
            let fixture = AuthenticationFixture(next: .success(mint.keySet.keeping(old.keySet)))
            #expect(try await fixture.outcome(request(mint, fixture)) == "clerk user_1")
            #expect(fixture.keys.fetches == 1)
            #expect(try await fixture.outcome(request(mint, fixture)) == "clerk user_1")
            #expect(fixture.keys.fetches == 1)
        }
    }

    @Test func `a token that no fetched key explains is forged`() async throws {
        for mint in [newID, sameID] {
            let fixture = AuthenticationFixture(next: .success(old.keySet))
            #expect(try await fixture.outcome(request(mint, fixture)) == "token_invalid")
            #expect(fixture.keys.fetches == 1)
        }
    }

    @Test func `while no fetch is allowed the trouble is ours, and says when to come back`() async throws {
        let fixture = AuthenticationFixture(next: .failure(.limited(retryAfterSeconds: 9)))
        await #expect(throws: AuthenticationRefusal.unavailable(retryAfterSeconds: 9, .keysLimited)) {
            try await fixture.authenticate(self.request(newID, fixture))
        }
        await #expect(throws: AuthenticationRefusal.unavailable(retryAfterSeconds: 9, .keysLimited)) {
            try await fixture.authenticate(self.request(sameID, fixture))
        }
    }

    @Test func `a token that is over by its own word costs no fetch, whoever signed it`() async throws {
        for mint in [newID, sameID] {
            let fixture = AuthenticationFixture(next: .failure(.limited(retryAfterSeconds: 9)))
            fixture.store.add(session: "s", of: "7")
            func token(_ age: Int64) -> Secret {
                mint.session(at: fixture.clock.now, claims: ["exp": "\(fixture.clock.now.seconds - age)"])
            }
            let cookie = "Cookie: __session=\(token(5).exposeText())"
            #expect(try await fixture.outcome("GET /\n\(cookie); session_token=s") == "legacy 7")
            #expect(try await fixture.outcome("GET /\n\(cookie)") == "token_expired")
            #expect(try await fixture.outcome("GET /\n\(token(5).bearer)") == "token_expired")
            // Whose it was nobody has proved: beside it an old credential cannot be the same person's.
            #expect(try await fixture.outcome("GET /\n\(token(5).bearer)\nCookie: session_token=s") == "token_expired")
            #expect(fixture.keys.fetches == 0)
            #expect(try await fixture.outcome("GET /\n\(token(4).bearer)") == "authentication_unavailable")
            #expect(fixture.keys.fetches == 1)
        }
    }

    @Test func `a fetch that fails makes nobody's token bad, and known keys go on`() async throws {
        let fixture = AuthenticationFixture(next: .failure(.unavailable))
        #expect(try await fixture.outcome(request(newID, fixture)) == "authentication_unavailable")
        #expect(try await fixture.outcome(request(old, fixture)) == "clerk user_1")
    }

    @Test func `keys that were never loaded are waited for, and their absence is ours`() async throws {
        let empty = KeySet([])
        let late = AuthenticationFixture(keys: empty, next: .success(old.keySet))
        #expect(try await late.outcome(request(old, late)) == "clerk user_1")
        let never = AuthenticationFixture(keys: empty, next: .success(empty))
        #expect(try await never.outcome(request(old, never)) == "authentication_unavailable")
    }

    @Test func `a token of another issuer costs no fetch, whatever its kid`() async throws {
        let fixture = AuthenticationFixture(next: .success(old.keySet))
        for index in 0..<50 {
            let token = TokenMint(keyID: "ins_\(index)x").session(
                at: fixture.clock.now, claims: ["iss": "\"https://clerk.other.example\""])
            #expect(try await fixture.outcome(AuthenticationFixture.request(token.bearer)) == "token_invalid")
        }
        #expect(fixture.keys.fetches == 0)
    }

    @Test func `a cached token of a key that left the set is verified again, and refused`() async throws {
        let fixture = AuthenticationFixture(next: .success(newID.keySet))
        let text = request(old, fixture)
        #expect(try await fixture.outcome(text) == "clerk user_1")
        fixture.keys.published.publish(newID.keySet)
        #expect(try await fixture.outcome(text) == "token_invalid")
    }

    @Test func `a cached token of a key that stayed needs no second look`() async throws {
        let fixture = AuthenticationFixture(next: .failure(.unavailable))
        let text = request(old, fixture)
        #expect(try await fixture.outcome(text) == "clerk user_1")
        fixture.keys.published.publish(newID.keySet.keeping(old.keySet))
        #expect(try await fixture.outcome(text) == "clerk user_1")
    }

    @Test func `a PEM key needs no fetch, explains every kid, and its no is final`() async throws {
        let fixture = AuthenticationFixture(keys: try KeySet(pem: old.key.publicKey.pem), next: .failure(.unavailable))
        fixture.change { $0.clerk?.jwtKey = "set" }
        #expect(try await fixture.outcome(request(TokenMint(keyID: "other"), fixture)) == "clerk user_1")
        #expect(try await fixture.outcome(request(sameID, fixture)) == "token_invalid")
        #expect(fixture.keys.fetches == 0)
    }
}
