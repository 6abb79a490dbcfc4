import Crypto
import JSON
import Settings
import Telemetry
import Testing

@testable import SegueCommand

/// What `segue check` and `segue serve` refuse alike.
@Suite struct MaterialCheckTests {
    private func problems(_ members: String, _ environment: [String: String] = [:]) throws -> [String] {
        let routes = #""routes": [{"name": "no", "match": {"path": "/"}, "mode": "deny"}]"#
        let text = "{\"version\": 1,\n\(members)\n\(routes)}"
        let loaded = try SettingsLoader.load(Array(text.utf8), path: "routes.json", environment: environment)
        return MaterialCheck(loaded).problems.map { "\($0.line):\($0.column) \($0.path): \($0.found)" }
    }

    private func legacy(_ algorithm: String, _ key: String) -> String {
        """
        "legacy": [{"name": "a", "kind": "jwt", "from": ["bearer"], "userId": "sub", "algorithm": "\(algorithm)",
        "keys": [{"publicKey": "${KEY}"}, {"publicKey": "\(key)"}]}],
        """
    }

    @Test func `keys that fit their algorithm pass`() throws {
        for (algorithm, pem) in Self.keys {
            #expect(try problems(legacy(algorithm, pem.replacing("\n", with: "\\n")), ["KEY": pem]) == [])
        }
    }

    @Test func `a key of another kind than the algorithm's is named with its place`() throws {
        for (algorithm, _) in Self.keys {
            for (other, pem) in Self.keys where other != algorithm {
                #expect(
                    try problems(legacy(algorithm, pem.replacing("\n", with: "\\n")), ["KEY": Self.keys[algorithm]!])
                        == ["3:49 legacy[0].keys[1].publicKey: a key for \(other)"])
            }
        }
    }

    @Test func `a key that OpenSSL cannot read is named with its place`() throws {
        let broken = "-----BEGIN PUBLIC KEY-----\\nAAAA\\n-----END PUBLIC KEY-----"
        let found = try problems(legacy("RS256", broken), ["KEY": Self.keys["RS256"]!])
        #expect(found == ["3:49 legacy[0].keys[1].publicKey: a key that cannot be used: the key is damaged"])
    }

    @Test func `Clerk's key must be RSA, wherever it came from`() throws {
        let clerk = "\"clerk\": {\"issuer\": \"https://clerk.example.com\", \"authorizedParties\": [\"https://a.example\"]},"
        let environment = ["CLERK_JWT_KEY": Self.keys["ES256"]!]
        #expect(try problems(clerk, environment) == ["2:10 clerk.jwtKey: a key for ES256"])
        #expect(try problems(clerk, ["CLERK_JWT_KEY": Self.keys["RS256"]!]) == [])
    }

    @Test(arguments: ["postgresql://u:p%zz@h/db", "postgresql://h/db?nonsense=1", "postgresql://[::1/db"])
    func `a connection string that libpq cannot read is refused without being shown`(url: String) throws {
        let directory =
            "\"directory\": {\"url\": \"postgresql://h/db\", \"directUrl\": \"\(url)\", \"linking\": {\"legacyEmail\": \"trusted\"}},"
        #expect(try problems(directory) == ["2:56 directory.directUrl: a connection string that libpq cannot read"])
        let variable = "\"directory\": {\"linking\": {\"legacyEmail\": \"trusted\"}},"
        #expect(
            try problems(variable, ["DATABASE_URL": url]) == ["2:14 directory.url: a connection string that libpq cannot read"])
    }

    /// A public key of each algorithm.
    private static let keys = Dictionary(
        uniqueKeysWithValues: SignatureAlgorithm.allCases.map { ($0.rawValue, try! PrivateKey(generating: $0).publicKey.pem) })
}
