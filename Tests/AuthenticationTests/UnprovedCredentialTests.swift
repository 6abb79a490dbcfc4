import Authentication
import Crypto
import GatewayTesting
import Settings
import Telemetry
import Testing

/// Kinds that prove nothing: `base64`, and `asserted` in the query and in a cookie.
@Suite struct UnprovedCredentialTests {
    let fixture = AuthenticationFixture()
    var now: UnixTime { fixture.clock.now }

    init() {
        fixture.change { settings in
            var token = LegacySettings(
                name: "base64", from: [.bearer, .cookie("old")], kind: .base64(.init(format: .json, userIDMember: "user_id")))
            var asserted = LegacySettings(name: "asserted", from: [.query("user_id"), .cookie("uid")], kind: .asserted)
            (token.insecure, asserted.insecure) = (true, true)
            settings.legacy += [token, asserted]
        }
    }

    private func token(_ json: String) -> String { Base64.encode(Array(json.utf8)) }
    private func bearer(_ text: String) -> String { "GET /\nAuthorization: Bearer \(text)" }

    @Test(arguments: [#"{"user_id": "7"}"#, #"{"user_id":7,"email":"a@example.com"}"#, #"{"user_id":"7","exp":32503680000}"#])
    func `an unsigned token passes where old credentials do`(json: String) async throws {
        let text = token(json)
        let urlSafe = Base64.encodeURL(Array(json.utf8))
        for spelling in [text, urlSafe, String(text.prefix { $0 != "=" })] {
            #expect(try await fixture.outcome(bearer(spelling), mode: .legacy) == "legacy 7")
            #expect(try await fixture.outcome(bearer(spelling)) == "legacy 7")
            #expect(try await fixture.outcome(bearer(spelling), mode: .clerk) == "token_invalid")
        }
    }

    @Test(
        arguments: [
            "{}", "[7]", "7", #"{"user_id":""}"#, #"{"user_id":null}"#, #"{"user_id":1.5}"#, #"{"user_id":[7]}"#,
            #"{"user_id":"7","user_id":"8"}"#, #"{"id":"7"}"#, "not json", #"{"user_id":"7","exp":"never"}"#,
        ])
    func `what names nobody in one way is nobody's`(json: String) async throws {
        #expect(try await fixture.outcome(bearer(token(json)), mode: .legacy) == "token_invalid")
        #expect(try await fixture.standings(bearer(token(json)), mode: .legacy)?.legacy == .foreign)
    }

    @Test(arguments: ["eyJ1c2VyX2lkIjo3fQ=", "eyJ1c2VyX2lkIjo3fR==", "eyJ1c2VyX2lkIjo3fQ==x", "eyJ1c2VyX2lkIjo3fQ===", "%%%%"])
    func `what is no base64 is nobody's`(text: String) async throws {
        #expect(try await fixture.outcome(bearer(text), mode: .legacy) == "token_invalid")
    }

    @Test func `an unsigned token that says itself that it is over has expired`() async throws {
        let over = token(#"{"user_id":"7","exp":\#(now.seconds - 60)}"#)
        #expect(try await fixture.outcome(bearer(over), mode: .legacy) == "token_expired")
    }

    @Test func `an asserted id passes in the query and in a cookie, and on no other route`() async throws {
        #expect(try await fixture.outcome("GET /?user_id=7", mode: .legacy) == "legacy 7")
        #expect(try await fixture.outcome("GET /?%75ser_id=a%2Db") == "legacy a-b")
        #expect(try await fixture.outcome("GET /\nCookie: uid=7") == "legacy 7")
        #expect(try await fixture.outcome("GET /?user_id=7", mode: .clerk) == "credentials_missing")
    }

    @Test(arguments: ["user_id=7&user_id=8", "user_id=7&user_id=7", "user_id=7&%75ser_id=8", "user_id=a%20b", "user_id=a%0Ab"])
    func `an id that can be read in two ways is nobody's`(query: String) async throws {
        #expect(try await fixture.outcome("GET /?\(query)", mode: .legacy) == "token_invalid")
    }

    @Test func `whatever proves something outweighs what proves nothing`() async throws {
        fixture.store.add(session: "s8", of: "8")
        let unsigned = "Authorization: Bearer \(token(#"{"user_id":"7"}"#))"
        #expect(try await fixture.outcome("GET /?user_id=7\n\(unsigned)\nCookie: session_token=s8", mode: .legacy) == "legacy 8")
        #expect(try await fixture.outcome("GET /?user_id=7\nCookie: session_token=gone", mode: .legacy) == "legacy 7")
        let forged = TokenMint.legacy("8", secret: "a secret that somebody else made up", at: now).bearer
        #expect(try await fixture.outcome("GET /?user_id=7\n\(forged)", mode: .legacy) == "token_invalid")
        fixture.store.fail(.timedOut)
        #expect(
            try await fixture.outcome("GET /?user_id=7\nCookie: session_token=s9", mode: .legacy) == "authentication_unavailable")
    }

    @Test func `beside a Clerk session it says nothing, but whether it contradicts is known on every route`() async throws {
        let clerk = fixture.mint.session(at: now).bearer
        for mode in [Mode.dual, .clerk] {
            let evidence = try await fixture.authenticate("GET /?user_id=7\n\(clerk)", mode: mode)
            #expect(evidence.contradicts(UserID("8")) && !evidence.contradicts(UserID("7")))
            let twice = try await fixture.authenticate("GET /?user_id=7&user_id=9\n\(clerk)", mode: mode)
            #expect(twice.contradicts(UserID("7")))
            let two = try await fixture.authenticate("GET /?user_id=7\n\(clerk)\nCookie: uid=9", mode: mode)
            #expect(two.contradicts(UserID("7")))
        }
        #expect(fixture.store.questions == 0)
    }

    @Test func `beside a proof, what cannot be read may name anybody`() async throws {
        let clerk = fixture.mint.session(at: now).bearer
        for mode in [Mode.dual, .clerk] {
            for old in ["%%%%", token("{}"), token(#"{"user_id":"7"}x"#), token(#"{"user_id":"7","user_id":"8"}"#)] {
                let evidence = try await fixture.authenticate("GET /\n\(clerk)\nCookie: old=\(old)", mode: mode)
                #expect(evidence.mayContradict(UserID("7")) && !evidence.contradicts(UserID("7")))
            }
            let own = try await fixture.authenticate("GET /\n\(clerk)\nCookie: old=\(token(#"{"user_id":"7"}"#))", mode: mode)
            #expect(!own.mayContradict(UserID("7")) && own.contradicts(UserID("8")))
            let many = try await fixture.authenticate(
                "GET /\n\(clerk)\nCookie: \(Array(repeating: "old=" + token(#"{"user_id":"7"}"#), count: 5).joined(separator: "; "))",
                mode: mode)
            #expect(many.mayContradict(UserID("7")))
        }
        #expect(fixture.store.questions == 0)
    }

    @Test func `an id in another case of its letters is the same`() async throws {
        let clerk = fixture.mint.session(at: now).bearer
        let evidence = try await fixture.authenticate("GET /?user_id=5F0C-ABCD\n\(clerk)")
        #expect(!evidence.contradicts(UserID("5f0c-abcd")))
    }

    @Test func `what only proves nothing contradicts nobody`() async throws {
        let evidence = try await fixture.authenticate("GET /?user_id=7", mode: .legacy)
        #expect(evidence.isUnproved && !evidence.contradicts(UserID("8")))
    }

    @Test func `a cookie that asserts an id is held to the rule against other sites`() async throws {
        let other = "Sec-Fetch-Site: cross-site"
        #expect(try await fixture.outcome("POST /\nCookie: uid=7\n\(other)", mode: .legacy) == "cross_site")
        #expect(try await fixture.outcome("GET /\nCookie: uid=7\nUpgrade: websocket\n\(other)", mode: .legacy) == "cross_site")
        #expect(try await fixture.outcome("POST /?user_id=7\n\(other)", mode: .legacy) == "legacy 7")
    }
}
