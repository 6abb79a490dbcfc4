import Settings
import Telemetry
import Testing

@Suite("Expansion") struct ExpansionTests {
    /// Loads the sample with one key changed, and gives the problems or none.
    private func problems(_ path: String, _ json: String, adding variables: [String: String?] = [:]) throws -> [String] {
        try Sample.problems(path, json, Sample.environment.merging(variables.compactMapValues(\.self)) { $1 }).map { "\($0)" }
    }

    private func origin(_ text: String, _ variables: [String: String] = [:], files: [String: String] = [:]) throws -> String {
        let sample = try Sample.changing("origins.api.servers.0", to: "\"\(text)\"")
        let server = try Sample.load(sample, Sample.environment.merging(variables) { $1 }, files: files).settings.origins[0]
            .servers[0]
        return "\(server.host):\(server.port)"
    }

    @Test func `variables, defaults and files are put in`() throws {
        #expect(try origin("http://${HOST}:${PORT:-81}", ["HOST": "a"]) == "a:81")
        #expect(try origin("http://${HOST:-b}:${PORT:-81}", ["HOST": "", "PORT": "82"]) == "b:82")
        #expect(try origin("http://${file:host}", files: ["host": "c\n"]) == "c:80")
    }

    @Test func `what an expansion yields is not expanded again`() throws {
        #expect(throws: SettingsFailure.self) { try origin("http://${HOST}", ["HOST": "${OTHER}", "OTHER": "a"]) }
    }

    @Test func `two dollars stand for one`() throws {
        let sample = try Sample.changing("legacy.1.query", to: "\"SELECT '$${x}' WHERE 1 = $1\"")
        guard case .session(let session) = try Sample.load(sample).settings.legacy[1].kind else { return }
        #expect(session.query == "SELECT '${x}' WHERE 1 = $1")
    }

    @Test(arguments: [
        ("http://${HOST}", "${HOST}, which is not set"), ("http://${HOST", "without \"}\""), ("http://${}", "variable name"),
        ("http://${1A}", "variable name"),
        ("http://${A:-${B}}", "inside"), ("http://${file:no}", "cannot be read (no such file)"), ("http://${A-b}", "variable name"),
    ])
    func `a bad expansion is refused`(text: String, words: String) throws {
        let found = try problems("origins.api.servers.0", "\"\(text)\"")
        #expect(found.contains { $0.contains(words) }, "\(found)")
    }

    @Test func `a missing variable is named, with a similar one that is set`() throws {
        let found = try problems("legacy.0.keys.0.secret", "\"${JWT_SECRETS}\"")
        #expect(found.contains { $0.contains("set JWT_SECRETS") && $0.contains("JWT_SECRET is set") }, "\(found)")
    }

    @Test func `an array whose elements are reported is not reported as empty`() throws {
        #expect(try problems("origins.api.servers", "[\"${HOST}\"]").count == 1)
        #expect(try problems("legacy.0.from", "[\"cookies\"]").count == 1)
    }

    @Test func `what a missing variable leaves out is not reported a second time`() {
        #expect {
            try Sample.load(Sample.text, [:])
        } throws: { error in
            let names = ["CLERK_PUBLISHABLE_KEY", "CLERK_SECRET_KEY", "JWT_SECRET", "DATABASE_URL"]
            let lines = (error as? SettingsFailure)?.lines ?? []
            return lines.count == 4 && zip(lines, names).allSatisfy { $0.contains("${\($1)}, which is not set") }
        }
    }

    @Test func `an expansion that ends empty removes its key or array element`() throws {
        #expect(try Sample.load(Sample.changing("stateDirectory", to: "\"${STATE_DIRECTORY:-}\"")).settings.stateDirectory == nil)
        let sample = try Sample.changing("csrf.allowedOrigins", to: "[\"${A:-}\", \"https://b.example\"]")
        #expect(try Sample.load(sample).settings.csrf.allowedOrigins == ["https://b.example"])
        #expect(try problems("routes.0.mode", "\"${MODE:-}\"").contains { $0.contains("expands to nothing") })
    }

    @Test func `an empty secret is an error unless a default says that it may be`() throws {
        #expect(
            try problems("legacy.0.keys.0.secret", "\"${JWT_SECRET}\"", adding: ["JWT_SECRET": ""]).contains {
                $0.contains("which is empty")
            })
        #expect(
            try problems("legacy.0.keys.0.secret", "\"${EMPTY:-}\"").contains {
                $0.contains("legacy[0].keys[0].secret: found nothing")
            })
        #expect(
            try Sample.load(Sample.changing("admin", to: "{\"address\":\":1\",\"token\":\"${T:-}\"}")).settings.admin?.token == nil)
    }

    @Test func `a secret may come from the file that NAME_FILE names`() throws {
        var environment = Sample.environment
        environment["JWT_SECRET"] = nil
        environment["JWT_SECRET_FILE"] = "/run/secrets/jwt"
        let files = ["/run/secrets/jwt": "0123456789abcdef0123456789abcdef\n"]
        guard case .jwt(let jwt) = try Sample.load(Sample.text, environment, files: files).settings.legacy[0].kind else { return }
        #expect(jwt.keys[0].material.count == 32)
        #expect(throws: SettingsFailure.self) { try Sample.load(Sample.text, environment, files: ["/run/secrets/jwt": "\n"]) }
        environment["JWT_SECRET"] = "another secret, and long enough to be one"
        #expect { try Sample.load(Sample.text, environment, files: files) } throws: {
            "\($0)".contains("JWT_SECRET and JWT_SECRET_FILE with different values")
        }
    }

    @Test func `Clerk's variables are found under the names that front ends use`() throws {
        var environment = Sample.environment
        environment["CLERK_PUBLISHABLE_KEY"] = nil
        environment["NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY"] = Sample.environment["CLERK_PUBLISHABLE_KEY"]
        #expect(try Sample.load(Sample.text, environment).settings.clerk?.issuer == "https://clerk.example.com")
        #expect(
            try Sample.load(Sample.changing("clerk.publishableKey", to: nil), environment).settings.clerk?.issuer
                == "https://clerk.example.com")
        environment["VITE_CLERK_PUBLISHABLE_KEY"] = "pk_test_b3RoZXIuZXhhbXBsZS5jb20k"
        #expect { try Sample.load(Sample.text, environment) } throws: {
            "\($0)".contains("NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY and VITE_CLERK_PUBLISHABLE_KEY with different values")
        }
    }

    @Test func `what the file leaves out is taken from Clerk's own variables`() throws {
        let text = try Sample.changing(
            "clerk", to: "{\"authorizedParties\": [\"https://a.example\"], \"webhooks\": {\"path\": \"/hook\"}}")
        var environment = Sample.environment
        environment["CLERK_WEBHOOK_SECRET"] = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
        environment["CLERK_API_URL"] = "http://127.0.0.1:4000"
        let clerk = try Sample.load(text, environment).settings.clerk
        #expect(clerk?.secretKey?.exposeText() == "sk_test_0123456789")
        #expect(clerk?.webhooks?.secrets.count == 1)
        #expect(clerk?.webhooks?.path == "/hook" && clerk?.webhooks?.tee == false)
        #expect(clerk?.apiURL == "http://127.0.0.1:4000")
    }
}
