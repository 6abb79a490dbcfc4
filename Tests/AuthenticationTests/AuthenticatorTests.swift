import Authentication
import GatewayTesting
import HTTP
import JOSE
import Settings
import Telemetry
import Testing

/// Requests with credentials of both kinds, and what a route's mode makes of them.
@Suite struct AuthenticatorTests {
    let fixture = AuthenticationFixture()
    var now: UnixTime { fixture.clock.now }
    var clerk: Secret { fixture.mint.session(at: now) }
    var expiredClerk: Secret { fixture.mint.session(at: now.adding(seconds: -120)) }

    @Test func `both kinds of one request reach the next step together`() async throws {
        fixture.store.add(session: "s1", of: "7")
        let text = AuthenticationFixture.request(clerk.bearer, "Cookie: session_token=s1")
        #expect(try await fixture.outcome(text) == "both user_1 7")
        #expect(try await fixture.outcome(text, mode: .clerk) == "clerk user_1")
        #expect(try await fixture.outcome(text, mode: .public) == "nobody")
        #expect(try await fixture.outcome(text, mode: .observe) == "nobody")
        #expect(try await fixture.outcome(text, mode: .deny) == "route_closed")
    }

    @Test func `a clerk route asks nobody about old sessions until a link depends on it`() async throws {
        fixture.store.add(session: "s1", of: "7")
        let head = RequestHead(text: AuthenticationFixture.request(clerk.bearer, "Cookie: session_token=s1"))
        let requirement = Requirement(mode: .clerk, isOptional: false, isSecure: true)
        let evidence = try await fixture.authenticator.authenticate(head, for: requirement, at: now)
        #expect(!evidence.isLegacyKnown)
        #expect(fixture.store.questions == 0)
        let legacy = try await fixture.authenticator.judgeLegacy(of: head, evidence, at: now)
        #expect(legacy.validSubject?.user.text == "7")
    }

    @Test func `a token of an ended session is refused, whether it is new or remembered`() async throws {
        let text = AuthenticationFixture.request(clerk.bearer)
        guard case .clerk(let subject) = try await fixture.authenticate(text).claimant else { throw AuthenticationRefusal.denied }
        for revoked in [subject.session.text, subject.user.text] {
            fixture.cache.revoked = RevocationSet([Revocation(revoked, until: now.adding(seconds: 1))])
            #expect(try await fixture.outcome(text) == "token_invalid")
            let renewed = fixture.mint.session(at: now.adding(seconds: -1))
            #expect(try await fixture.outcome(AuthenticationFixture.request(renewed.bearer)) == "token_invalid")
            #expect(try await fixture.standings(text, mode: .clerk)?.clerk == .forged)
        }
        fixture.cache.revoked = RevocationSet([Revocation("sess_of_another", until: now.adding(seconds: 1))])
        #expect(try await fixture.outcome(text) == "clerk user_1")
    }

    @Test func `a Clerk token is never looked up as an old session`() async throws {
        fixture.change { $0.legacy[1].from.append(.bearer) }
        #expect(try await fixture.outcome(AuthenticationFixture.request(clerk.bearer)) == "clerk user_1")
        #expect(try await fixture.outcome(AuthenticationFixture.request(expiredClerk.bearer)) == "token_expired")
        #expect(fixture.store.questions == 0)
    }

    @Test func `one Bearer may be a token of either kind`() async throws {
        #expect(try await fixture.outcome(AuthenticationFixture.request(TokenMint.legacy("7", at: now).bearer)) == "legacy 7")
        #expect(
            try await fixture.outcome(AuthenticationFixture.request(TokenMint.legacy("7", at: now).bearer), mode: .clerk)
                == "token_invalid")
        #expect(try await fixture.outcome(AuthenticationFixture.request(clerk.bearer), mode: .legacy) == "token_invalid")
    }

    @Test func `forged is for every verifier of the token's shape to say`() async throws {
        // Claims our issuer in an HS256 token: Clerk's side calls that forged, but the old application signed it.
        let claims: [String: String?] = ["iss": "\"\(TokenMint.issuer)\""]
        #expect(
            try await fixture.outcome(AuthenticationFixture.request(TokenMint.legacy("7", at: now, claims: claims).bearer))
                == "legacy 7")
        let forged = TokenMint.legacy("7", secret: "nobody's secret of 32 bytes it is", at: now, claims: claims)
        #expect(try await fixture.outcome(AuthenticationFixture.request(forged.bearer)) == "token_invalid")
    }

    @Test func `a forged old credential is dropped beside a valid Clerk session and ends every other request`() async throws {
        fixture.change { $0.legacy[0].from = [.cookie("jwt")] }
        let forged = TokenMint.legacy("7", at: now).tampered.cookie("jwt")
        #expect(try await fixture.outcome(AuthenticationFixture.request(clerk.bearer, forged)) == "clerk user_1")
        #expect(try await fixture.outcome(AuthenticationFixture.request(forged)) == "token_invalid")
        #expect(try await fixture.outcome(AuthenticationFixture.request(forged), optional: true) == "token_invalid")
    }

    @Test func `a forged Clerk credential ends the request, also beside a valid old one`() async throws {
        fixture.store.add(session: "s1", of: "7")
        #expect(
            try await fixture.outcome(AuthenticationFixture.request(clerk.tampered.bearer, "Cookie: session_token=s1"))
                == "token_invalid")
    }

    @Test func `an expired old Bearer falls through to Clerk's cookie`() async throws {
        let expired = TokenMint.legacy("7", at: now, claims: ["exp": "\(now.seconds - 60)"])
        #expect(
            try await fixture.outcome(AuthenticationFixture.request(expired.bearer, clerk.cookie("__session"))) == "clerk user_1")
        #expect(try await fixture.outcome(AuthenticationFixture.request(expired.bearer)) == "token_expired")
    }

    @Test func `an expired Clerk Bearer is expired, and beside an old credential the link decides`() async throws {
        fixture.store.add(session: "s1", of: "7")
        #expect(try await fixture.outcome(AuthenticationFixture.request(expiredClerk.bearer)) == "token_expired")
        let both = AuthenticationFixture.request(expiredClerk.bearer, "Cookie: session_token=s1")
        #expect(try await fixture.outcome(both) == "legacy 7 beside expired user_1")
        #expect(try await fixture.outcome(both, mode: .clerk) == "token_expired")
    }

    @Test func `expired and foreign cookies fall through`() async throws {
        fixture.store.add(session: "s1", of: "7")
        let stale = expiredClerk.exposeText()
        let foreign = fixture.mint.session(at: now, claims: ["iss": "\"https://clerk.other.example\""]).exposeText()
        #expect(
            try await fixture.outcome(AuthenticationFixture.request("Cookie: __session=\(stale); session_token=s1")) == "legacy 7")
        #expect(
            try await fixture.outcome(AuthenticationFixture.request("Cookie: __session=\(foreign); session_token=s1")) == "legacy 7"
        )
        #expect(try await fixture.outcome(AuthenticationFixture.request("Cookie: __session=\(foreign)")) == "credentials_missing")
        #expect(try await fixture.outcome(AuthenticationFixture.request("Cookie: __session=\(stale)")) == "token_expired")
    }

    @Test func `a database that is away refuses only who needs it`() async throws {
        fixture.store.fail(.away("connection refused"))
        let cookie = "Cookie: session_token=s1"
        #expect(try await fixture.outcome(AuthenticationFixture.request(clerk.bearer, cookie)) == "clerk user_1")
        #expect(try await fixture.outcome(AuthenticationFixture.request(cookie)) == "authentication_unavailable")
        #expect(
            try await fixture.outcome(AuthenticationFixture.request(expiredClerk.bearer, cookie)) == "authentication_unavailable")
        #expect(try await fixture.outcome(AuthenticationFixture.request(TokenMint.legacy("7", at: now).bearer)) == "legacy 7")
    }

    @Test func `several Authorization fields and a token without a scheme are refused where credentials count`() async throws {
        let several = AuthenticationFixture.request(clerk.bearer, "Authorization: Basic dTpw")
        #expect(try await fixture.outcome(several) == "authorization_ambiguous")
        #expect(try await fixture.outcome(several, mode: .observe) == "nobody")
        #expect(try await fixture.outcome(AuthenticationFixture.request("Authorization: \(clerk.exposeText())")) == "token_invalid")
        #expect(try await fixture.outcome(AuthenticationFixture.request("Authorization: Basic dTpw")) == "credentials_missing")
    }

    @Test func `a cookie credential from another site is refused, a Bearer is not`() async throws {
        let evil = "Origin: https://evil.example"
        let line = "POST /api"
        let cookie = clerk.cookie("__session")
        #expect(try await fixture.outcome(AuthenticationFixture.request(cookie, evil, line: line)) == "cross_site")
        #expect(try await fixture.outcome(AuthenticationFixture.request(cookie, evil)) == "clerk user_1")
        #expect(try await fixture.outcome(AuthenticationFixture.request(clerk.bearer, evil, line: line)) == "clerk user_1")
        #expect(
            try await fixture.outcome(AuthenticationFixture.request(cookie, "Origin: \(TokenMint.party)", line: line))
                == "clerk user_1")
        #expect(
            try await fixture.outcome(AuthenticationFixture.request(cookie, "Upgrade: websocket", "Origin: null")) == "cross_site")
        #expect(try await fixture.outcome(AuthenticationFixture.request(evil, line: line), optional: true) == "nobody")
    }

    @Test func `an observed request says what every mode would have done`() async throws {
        fixture.store.add(session: "s1", of: "7")
        func outcomes(_ fields: String...) async throws -> [ObservedOutcome] {
            let evidence = try await fixture.authenticate((["GET /"] + fields).joined(separator: "\n"), mode: .observe)
            return [Mode.legacy, .dual, .clerk].map { evidence.wouldBe(in: $0) }
        }
        #expect(try await outcomes() == [.missing, .missing, .missing])
        #expect(try await outcomes(clerk.bearer) == [.invalid, .clerk, .clerk])
        #expect(try await outcomes("Cookie: session_token=s1") == [.legacy, .legacy, .missing])
        #expect(try await outcomes(clerk.bearer, "Cookie: session_token=s1") == [.legacy, .both, .clerk])
        #expect(try await outcomes(clerk.tampered.bearer) == [.invalid, .invalid, .invalid])
        fixture.store.fail(.timedOut)
        #expect(try await outcomes("Cookie: session_token=s9") == [.unavailable, .unavailable, .missing])
    }

    @Test func `by default the origin gets old credentials and not Clerk's`() async throws {
        fixture.store.add(session: "s1", of: "7")
        let text = AuthenticationFixture.request(
            clerk.bearer, "Cookie: a=1; __session=x; session_token=s1; __session=y; b=2", "Cookie: __session=z")
        let head = RequestHead(text: text)
        let evidence = try await fixture.authenticate(text)
        let removal = try fixture.authenticator.removal(.init(), evidence, conflict: false)
        var left: [String] = []
        for line in head.section.lines where !removal.drops(line, in: head.section) {
            guard line.known == .cookie else { continue }
            var output: [UInt8] = []
            if removal.appendCookies(of: line.value, in: head.section.bytes, to: &output) {
                left.append(String(decoding: output, as: UTF8.self))
            }
        }
        #expect(left == ["a=1; session_token=s1; b=2"])
        #expect(head.section.lines.filter { $0.known == .authorization && removal.drops($0, in: head.section) }.count == 1)
    }

    @Test func `Clerk's Bearer is dropped also where the old side decides`() async throws {
        fixture.store.add(session: "s1", of: "7")
        fixture.change { $0.legacy[0].from = [.cookie("jwt")] }
        let text = AuthenticationFixture.request(clerk.bearer, "Cookie: session_token=s1")
        let head = RequestHead(text: text)
        let evidence = try await fixture.authenticate(text, mode: .legacy)
        let removal = try fixture.authenticator.removal(.init(), evidence, conflict: false)
        #expect(head.section.lines.contains { $0.known == .authorization && removal.drops($0, in: head.section) })
    }

    @Test func `a forged old credential, and the loser of a conflict, never reach the origin`() async throws {
        fixture.change { $0.legacy[0].from = [.cookie("jwt")] }
        fixture.store.add(session: "s1", of: "7")
        let forged = TokenMint.legacy("7", at: now).tampered.exposeText()
        for (cookie, conflict) in [("jwt=\(forged)", false), ("session_token=s1", true)] {
            let text = AuthenticationFixture.request(clerk.bearer, "Cookie: a=1; \(cookie)")
            let removal = try fixture.authenticator.removal(.init(), try await fixture.authenticate(text), conflict: conflict)
            let head = RequestHead(text: text)
            let line = try #require(head.section.lines.first { $0.known == .cookie })
            var output: [UInt8] = []
            #expect(removal.dropsCookies)
            #expect(removal.appendCookies(of: line.value, in: head.section.bytes, to: &output))
            #expect(String(decoding: output, as: UTF8.self) == "a=1")
        }
    }

    @Test func `an old Bearer is kept, or dropped where the route says so`() async throws {
        let text = AuthenticationFixture.request(TokenMint.legacy("7", at: now).bearer)
        let head = RequestHead(text: text)
        let evidence = try await fixture.authenticate(text)
        var choice = Route.CredentialForwarding()
        let line = try #require(head.section.lines.first { $0.known == .authorization })
        #expect(try !fixture.authenticator.removal(choice, evidence, conflict: false).drops(line, in: head.section))
        choice.legacy = .drop
        #expect(try fixture.authenticator.removal(choice, evidence, conflict: false).drops(line, in: head.section))
    }

    @Test func `a refusal says what both sides came to`() async throws {
        let clerk = fixture.mint.session(at: fixture.clock.now)
        let expired = fixture.mint.session(at: fixture.clock.now.adding(seconds: -120))
        fixture.store.add(session: "s", of: "7")
        let forged = try await fixture.standings("GET /\n\(clerk.tampered.bearer)\nCookie: session_token=s")
        #expect(forged == Standings(clerk: .forged, legacy: .valid))
        #expect(forged?.kind == "clerk")
        let over = try await fixture.standings("GET /\n\(expired.bearer)\nCookie: session_token=unknown")
        // The old side too sees a Bearer that is not its own, which counts for more than a cookie of nobody.
        #expect(over == Standings(clerk: .expired, legacy: .foreign))
        #expect(try await fixture.standings("GET /\nCookie: session_token=unknown", mode: .legacy)?.kind == "legacy")
        #expect(try await fixture.standings("GET /") == Standings(clerk: .absent, legacy: .absent))
        #expect(try await fixture.standings("GET /")?.kind == nil)
        fixture.store.fail(.timedOut)
        #expect(try await fixture.standings("GET /\nCookie: session_token=t") == Standings(clerk: .absent, legacy: .unavailable))
        // By a cookie and from another site: judged before it was refused.
        let crossSite = "POST /\nSec-Fetch-Site: cross-site\n\(clerk.cookie("__session"))"
        #expect(try await fixture.outcome(crossSite) == "cross_site")
        #expect(try await fixture.standings(crossSite)?.clerk == .valid)
    }

    @Test func `what is refused before anybody looks has no standings`() async throws {
        #expect(try await fixture.standings("GET /\nAuthorization: Bearer a\nAuthorization: Bearer b") == nil)
        #expect(try await fixture.standings("GET /\nAuthorization: Bearer") == nil)
        #expect(try await fixture.standings("GET /", mode: .deny) == nil)
    }
}
