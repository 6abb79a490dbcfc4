import Settings
import Testing

/// `login`: what Segue answers itself about a sign-in.
@Suite("Login") struct LoginTests {
    private func load(_ login: String) throws -> LoadedSettings { try Sample.load(Sample.changing("login", to: login)) }

    @Test(
        arguments: [
            (#"{"callback":"/a"}"#, "/a", nil), (#"{"upgrade":"/u"}"#, nil, "/u"),
            (#"{"callback":"/a","upgrade":"/u"}"#, "/a", "/u"),
        ] as [(String, String?, String?)])
    func `each page is there or not`(json: String, callback: String?, upgrade: String?) throws {
        let loaded = try load(json)
        #expect(loaded.settings.login?.callback == callback && loaded.settings.login?.upgrade == upgrade)
        #expect(loaded.warnings.isEmpty)
    }

    @Test(arguments: [
        ("{}", "callback or upgrade"), (#"{"upgrade":"/healthz"}"#, "health check"), (#"{"upgrade":"/u/*"}"#, "a path such as"),
        (#"{"callback":"/a","upgrade":"/a"}"#, "a path of its own"),
    ])
    func `pages that cannot be are refused`(json: String, words: String) {
        #expect { try load(json) } throws: { "\($0)".contains(words) }
    }

    @Test func `somebody makes the ticket, and there is something to exchange`() throws {
        let text = try Sample.changing("login", to: #"{"upgrade":"/u"}"#)
        let keyless = text.replacing(#","secretKey":"${CLERK_SECRET_KEY}""#, with: "")
        var environment = Sample.environment
        environment["CLERK_SECRET_KEY"] = nil
        #expect { try Sample.load(keyless, environment) } throws: { "\($0)".contains("because of login.upgrade") }
        let refusing = text.replacing(#""legacyEmail":"trusted""#, with: #""legacyEmail":"trusted","afterLink":"refuse""#)
        #expect { try Sample.load(refusing) } throws: { "\($0)".contains("their old sessions are refused") }
    }
}
