import Authentication
import GatewayTesting
import HTTP
import JOSE
import Settings
import Telemetry
import Testing

/// Every rule of Clerk's session tokens, by tokens that break one each and are signed with the right key.
@Suite struct ClerkTokenTests {
    let fixture = AuthenticationFixture()
    var mint: TokenMint { fixture.mint }
    var now: UnixTime { fixture.clock.now }

    /// Why the token was refused, or `nil` when it passed.
    private func fault(_ token: Secret) async throws -> TokenFault? {
        do {
            _ = try await fixture.authenticate(AuthenticationFixture.request(token.bearer), mode: .clerk)
            return nil
        } catch let refusal as AuthenticationRefusal {
            #expect(refusal.status.code == 401)
            return refusal.fault
        }
    }

    @Test(arguments: TokenMint.Version.allCases) func `a session token of either version passes`(version: TokenMint.Version)
        async throws
    {
        let evidence = try await fixture.authenticate(
            AuthenticationFixture.request(mint.session(at: now, version).bearer), mode: .clerk)
        let subject = try #require(evidence.clerk.validSubject)
        #expect(subject.user.text == "user_1")
        #expect(subject.session.text == "sess_user_1")
        #expect(!subject.isImpersonated)
        #expect(evidence.clerkPlace == .authorization)
    }

    @Test(arguments: [nil, "cl_B7d4PD111AAA", "cl_I7d4PD111III"]) func `the categories of a session pass`(category: String?)
        async throws
    {
        #expect(try await fault(mint.session(at: now, category: category)) == nil)
    }

    @Test(arguments: ["cl_B7d4PD222AAA", "cl_B7d4PD333AAA", "session"]) func `every other category is refused`(category: String)
        async throws
    {
        #expect(try await fault(mint.session(at: now, category: category)) == .category)
    }

    @Test(arguments: ["at+jwt", "application/at+jwt", "jwt", "JWS"]) func `a type other than JWT is refused`(type: String)
        async throws
    {
        #expect(try await fault(mint.session(at: now, type: type)) == .type)
    }

    @Test func `a token without a type passes`() async throws {
        #expect(try await fault(mint.session(at: now, type: nil)) == nil)
    }

    @Test(
        arguments: [
            (["sub": nil], .subject), (["sub": "7"], .subject), (["sub": "\"mch_1\""], .subject), (["sub": "\"user_\""], .subject),
            (["sub": "\"xuser_1\""], .subject),
            (["sid": nil], .session), (["sid": "\"\""], .session), (["sid": "null"], .session),
            (["azp": nil], .authorizedParty), (["azp": "\"https://app.example.com.evil.example\""], .authorizedParty),
            (["azp": "\"https://app.example.co\""], .authorizedParty), (["azp": "[\"https://app.example.com\"]"], .authorizedParty),
            (["sts": "\"pending\""], .sessionPending), (["sts": "\"\""], .sessionPending), (["sts": "true"], .sessionPending),
            (["exp": nil], .expiryMissing), (["exp": "\"9999999999\""], .expiryMissing), (["exp": "1e400"], .expiryMissing),
            (["exp": "1e19"], .expiryMissing), (["exp": "true"], .expiryMissing), (["nbf": "\"0\""], .notYetValid),
            (["iat": "[0]"], .issuedInFuture),
            (["iss": nil], .issuer), (["iss": "\"https://clerk.example.com.evil.example\""], .issuer),
            (["iss": "\"https://clerk.example.com/\""], .issuer), (["iss": "[\"https://clerk.example.com\"]"], .issuer),
        ] as [([String: String?], TokenFault)])
    func `a claim that breaks a rule is refused`(claims: [String: String?], expected: TokenFault) async throws {
        #expect(try await fault(mint.session(at: now, claims: claims)) == expected)
    }

    @Test func `an absent azp passes where the settings admit it, and a wrong one never`() async throws {
        fixture.change { $0.clerk?.requireAuthorizedParty = false }
        #expect(try await fault(mint.session(at: now, claims: ["azp": nil])) == nil)
        #expect(try await fault(mint.session(at: now, claims: ["azp": "\"https://evil.example\""])) == .authorizedParty)
    }

    @Test(arguments: [(-4, nil), (-5, TokenFault.expired), (-6, .expired), (0, nil)] as [(Int64, TokenFault?)])
    func `expiry has five seconds of leeway`(offset: Int64, expected: TokenFault?) async throws {
        #expect(try await fault(mint.session(at: now, claims: ["exp": "\(now.seconds + offset)"])) == expected)
    }

    @Test(
        arguments: [("nbf", 5, nil), ("nbf", 6, TokenFault.notYetValid), ("iat", 5, nil), ("iat", 6, .issuedInFuture)]
            as [(String, Int64, TokenFault?)])
    func `a beginning in the future has five seconds of leeway`(claim: String, offset: Int64, expected: TokenFault?) async throws {
        #expect(try await fault(mint.session(at: now, claims: [claim: "\(now.seconds + offset)"])) == expected)
    }

    @Test func `an impersonated session says so`() async throws {
        for act in ["{\"iss\":\"https://dashboard.clerk.com\",\"sid\":\"sess_x\",\"sub\":\"user_admin\"}", "7", "null"] {
            let text = AuthenticationFixture.request(mint.session(at: now, claims: ["act": act]).bearer)
            let subject = try #require(try await fixture.authenticate(text).clerk.validSubject)
            #expect(subject.isImpersonated)
        }
    }

    @Test func `an algorithm other than RS256 is refused for our issuer`() async throws {
        let claims = ["iss": "\"\(TokenMint.issuer)\"", "sub": "\"user_1\"", "sid": "\"sess_1\"", "exp": "\(now.seconds + 60)"]
        // The public key as an HMAC secret: the classic confusion (CVE-2016-10555).
        let confused = try TokenSigner(Secret("an attacker's guess at any secret"), keyID: "ins_1")
            .sign(claims: Array("{\(claims.map { "\"\($0)\":\($1)" }.joined(separator: ","))}".utf8))
        #expect(try await fault(confused) == .algorithm)
        #expect(try await fault(mint.sign(header: "{\"alg\":\"none\",\"kid\":\"ins_1\"}", claims: claims)) == .malformed)
        #expect(
            try await fault(mint.sign(header: "{\"alg\":\"RS256\",\"kid\":\"ins_1\",\"crit\":[\"exp\"]}", claims: claims))
                == .malformed)
    }

    @Test(arguments: ["a.b", "a.b.c.d", "..", "a.b.c", "\u{FF}\u{FF}.e30.AA", String(repeating: "a", count: 9000)])
    func `what is no token is nobody's`(text: String) async throws {
        #expect(try await fixture.outcome("GET /\nAuthorization: Bearer \(text)") == "token_invalid")
    }

    @Test func `the suffixed cookie comes before the plain one, and the first that verifies counts`() async throws {
        let suffix = ClerkCookies.suffix(publishableKey: "pk_live_Y2xlcmsuZXhhbXBsZS5jb20k")
        let plain = mint.session("user_plain", at: now).exposeText()
        let own = mint.session("user_own", at: now).exposeText()
        #expect(try await fixture.outcome("GET /\nCookie: __session=\(plain); __session_\(suffix)=\(own)") == "clerk user_own")
        #expect(try await fixture.outcome("GET /\nCookie: __session_\(suffix)=garbage; __session=\(plain)") == "clerk user_plain")
        let tampered = mint.session("user_x", at: now).tampered.exposeText()
        #expect(try await fixture.outcome("GET /\nCookie: __session=\(tampered); __session=\(plain)") == "clerk user_plain")
        #expect(try await fixture.outcome("GET /\nCookie: __session=\(tampered)") == "token_invalid")
    }

    @Test func `Bearer comes before every cookie`() async throws {
        let cookie = mint.session("user_cookie", at: now).cookie("__session")
        #expect(
            try await fixture.outcome("GET /\n\(cookie)\n\(mint.session("user_bearer", at: now).bearer)") == "clerk user_bearer")
        let expired = mint.session("user_bearer", at: now.adding(seconds: -120)).bearer
        #expect(try await fixture.outcome("GET /\n\(cookie)\n\(expired)") == "token_expired")
    }
}
