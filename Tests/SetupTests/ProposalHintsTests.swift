import JSON
import Settings
import Setup
import Testing

/// Old credentials that a document points at and a person must decide about.
@Suite("Proposal+Hints") struct ProposalHintsTests {
    private func proposal(_ openAPI: String, environment: [String: String] = [:]) throws -> Proposal {
        var surroundings = Surroundings(environment: environment)
        surroundings.document = try OpenAPIDocument(parsing: Array(openAPI.utf8))
        return Proposal(surroundings)
    }

    private func hints(_ openAPI: String, environment: [String: String] = [:]) throws -> [String: Undecided] {
        let all = try proposal(openAPI, environment: environment).undecided
        return Dictionary(all.filter { $0.entry != nil }.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
    }

    private static let speaking = #"""
        {"servers": [{"url": "http://10.0.0.7:8000/api"}],
         "paths": {"/auth/me": {"get": {}}, "/posts": {"get": {"parameters": [{"name": "user_id", "in": "query"}]}}},
         "components": {"securitySchemes": {"a": {"type": "http", "scheme": "bearer", "bearerFormat": "base64"}}}}
        """#

    @Test func `what points at credentials that prove nothing is said, with the entry, and not proposed`() throws {
        let hints = try hints(Self.speaking)
        #expect(Set(hints.keys) == ["legacy.asserted", "legacy.base64", "legacy.me"])
        #expect(
            hints["legacy.asserted"]?.entry
                == #"{"name":"asserted","kind":"asserted","from":["query:user_id"],"insecure":true}"#)
        #expect(hints["legacy.me"]?.entry?.contains(#""url":"http://10.0.0.7:8000/api/auth/me""#) == true)
        #expect(try proposal(Self.speaking).document["legacy"] == nil)
    }

    @Test func `an entry that is pasted passes the check`() throws {
        for (key, hint) in try hints(Self.speaking) {
            let entry = try #require(hint.entry)
            let text = try proposal(Self.speaking).text
            let pasted = text.replacing(#""origins":"#, with: #""legacy": [\#(entry)], "origins":"#)
            let loaded = try SettingsLoader.load(Array(pasted.utf8), path: "routes.json", environment: [:])
            #expect(loaded.settings.legacy.count == 1, "\(key)")
        }
    }

    @Test func `a signed token and a known session leave less to say`() throws {
        let signed = try hints(
            Self.speaking.replacing("base64", with: "JWT"), environment: ["JWT_SECRET": "0123456789abcdef0123456789abcdef"])
        #expect(Set(signed.keys) == ["legacy.asserted"])
        #expect(try hints(#"{"paths": {"/posts": {"get": {}}}}"#).isEmpty)
    }
}
