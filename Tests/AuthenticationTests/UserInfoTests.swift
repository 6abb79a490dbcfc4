import Authentication
import GatewayTesting
import Settings
import Telemetry
import Testing

/// Kind `userinfo`: the old application is asked.
@Suite struct UserInfoTests {
    let fixture = AuthenticationFixture()
    var now: UnixTime { fixture.clock.now }

    init() {
        fixture.change { settings in
            let info = LegacySettings.UserInfo(url: "http://127.0.0.1:9000/me", userIDMember: "id")
            settings.legacy.append(
                LegacySettings(name: "me", from: [.bearer, .cookie("sid"), .scheme("Old")], kind: .userInfo(info)))
        }
    }

    private func bearer(_ text: String) -> String { "GET /\nAuthorization: Bearer \(text)" }

    @Test func `a credential is asked about once, where it stood`() async throws {
        fixture.userInfo.add("abc", of: "7")
        for _ in 0..<3 { #expect(try await fixture.outcome(bearer("abc"), mode: .legacy) == "legacy 7") }
        #expect(fixture.userInfo.questions == [.init(entry: 2, credential: Secret("abc"), source: .bearer)])
        // The same bytes elsewhere are another credential, which the application may read otherwise.
        #expect(try await fixture.outcome("GET /\nCookie: sid=abc", mode: .legacy) == "legacy 7")
        #expect(try await fixture.outcome("GET /\nAuthorization: old abc", mode: .legacy) == "legacy 7")
        #expect(fixture.userInfo.questions.map(\.source) == [.bearer, .cookie("sid"), .scheme("Old")])
    }

    @Test func `an answer is believed for cacheSeconds, and a no for two`() async throws {
        #expect(try await fixture.outcome(bearer("abc"), mode: .legacy) == "token_expired")
        fixture.userInfo.add("abc", of: "7")
        #expect(try await fixture.outcome(bearer("abc"), mode: .legacy) == "token_expired")
        fixture.clock.advance(seconds: 2)
        #expect(try await fixture.outcome(bearer("abc"), mode: .legacy) == "legacy 7")
        fixture.clock.advance(seconds: 9)
        #expect(try await fixture.outcome(bearer("abc"), mode: .legacy) == "legacy 7")
        #expect(fixture.userInfo.questions.count == 2)
        fixture.clock.advance(seconds: 1)
        #expect(try await fixture.outcome(bearer("abc"), mode: .legacy) == "legacy 7")
        #expect(fixture.userInfo.questions.count == 3)
    }

    @Test func `trouble is 503 and is not remembered`() async throws {
        fixture.userInfo.add("abc", of: "7")
        fixture.userInfo.fail(.timedOut)
        #expect(try await fixture.outcome(bearer("abc"), mode: .legacy) == "authentication_unavailable")
        // A valid Clerk session decides alone.
        let clerk = fixture.mint.session(at: now).bearer
        #expect(try await fixture.outcome("GET /\n\(clerk)\nCookie: sid=abc") == "clerk user_1")
        fixture.userInfo.fail(nil)
        #expect(try await fixture.outcome(bearer("abc"), mode: .legacy) == "legacy 7")
    }

    @Test func `a token that another entry proves costs no question`() async throws {
        #expect(try await fixture.outcome(bearer(TokenMint.legacy("7", at: now).exposeText()), mode: .legacy) == "legacy 7")
        #expect(fixture.userInfo.questions.isEmpty)
    }

    @Test func `a token is forged only when the old application does not know it either`() async throws {
        let forged = TokenMint.legacy("8", secret: "a secret that somebody else made up", at: now)
        let before = try await fixture.outcome("GET /\n\(forged.bearer)", mode: .legacy)
        #expect(before == "token_invalid")
        fixture.userInfo.add(forged.exposeText(), of: "7")
        fixture.clock.advance(seconds: 2)
        #expect(try await fixture.outcome("GET /\n\(forged.bearer)", mode: .legacy) == "legacy 7")
    }

    @Test(arguments: [Mode.legacy, .dual]) func `Clerk's token is none of the old application's business`(mode: Mode) async throws {
        for token in [
            fixture.mint.session(at: now), fixture.mint.session(at: now).tampered,
            fixture.mint.session(at: now.adding(seconds: -120)),
        ] {
            _ = try await fixture.outcome("GET /\n\(token.bearer)", mode: mode)
        }
        #expect(fixture.userInfo.questions.isEmpty)
    }
}
