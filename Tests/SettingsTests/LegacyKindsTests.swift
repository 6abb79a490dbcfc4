import Settings
import Testing

/// The kinds of `legacy` beyond tokens and sessions, `upgradeFrom`, and what is said about them.
@Suite struct LegacyKindsTests {
    private func problems(_ entry: String) throws -> [SettingsProblem] { try Sample.problems("legacy.2", entry) }

    @Test(arguments: [
        #"{"name":"b","kind":"base64","from":["header:X-Token"],"userId":"user_id","insecure":true}"#,
        #"{"name":"b","kind":"base64","from":["bearer"],"format":"text","insecure":true}"#,
        #"{"name":"b","kind":"asserted","from":["query:user_id","header:X-Me","cookie:uid"],"insecure":true}"#,
    ]) func `what proves nothing passes with a warning that says so`(entry: String) throws {
        let loaded = try Sample.load(Sample.changing("legacy.2", to: entry))
        #expect(loaded.warnings.map(\.path) == ["legacy[2].insecure"])
        #expect(loaded.warnings[0].found.contains("INSECURE"))
        #expect(loaded.settings.legacy[2].insecure)
    }

    @Test(arguments: [
        (#"{"name":"b","kind":"base64","from":["bearer"],"userId":"id"}"#, "legacy[2].insecure", "whoever knows an id"),
        (#"{"name":"b","kind":"base64","from":["bearer"],"userId":"id","insecure":false}"#, "legacy[2].insecure", "true"),
        (#"{"name":"b","kind":"base64","from":["bearer"],"insecure":true}"#, "legacy[2].userId", "needs it"),
        (
            #"{"name":"b","kind":"base64","from":["bearer"],"format":"text","userId":"id","insecure":true}"#, "legacy[2].userId",
            "no userId"
        ),
        (
            #"{"name":"b","kind":"base64","from":["bearer"],"userId":"id","insecure":true,"query":"SELECT $1"}"#, "legacy[2].query",
            "another kind"
        ),
        (#"{"name":"b","kind":"asserted","from":["query:id"]}"#, "legacy[2].insecure", "true"),
        (#"{"name":"b","kind":"asserted","from":["bearer"],"insecure":true}"#, "legacy[2].from", "no token"),
        (#"{"name":"b","kind":"asserted","from":["scheme:User"],"insecure":true}"#, "legacy[2].from", "no token"),
        (#"{"name":"b","kind":"asserted","from":["cookie:session_token"],"insecure":true}"#, "legacy[2].from", "no other entry"),
        (#"{"name":"b","kind":"userinfo","from":["bearer"],"userId":"id"}"#, "legacy[2].url", "needs it"),
        (#"{"name":"b","kind":"userinfo","from":["bearer"],"url":"http://127.0.0.1/me"}"#, "legacy[2].userId", "needs it"),
        (#"{"name":"b","kind":"userinfo","from":["bearer"],"userId":"id","url":"ftp://127.0.0.1/me"}"#, "legacy[2].url", "http://"),
        (
            #"{"name":"b","kind":"userinfo","from":["bearer"],"userId":"id","url":"http://127.0.0.1/me?a=b"}"#, "legacy[2].url",
            "query"
        ),
        (
            #"{"name":"b","kind":"userinfo","from":["bearer"],"userId":"id","url":"http://a:b@127.0.0.1/me"}"#, "legacy[2].url",
            "user"
        ),
    ]) func `what cannot be meant is refused by name`(entry: String, path: String, words: String) throws {
        let found = try problems(entry)
        #expect(found.contains { $0.path == path && $0.description.contains(words) }, "\(found)")
    }

    @Test func `everybody's credentials over plain HTTP to another machine are worth a warning`() throws {
        let entry = #"{"name":"me","kind":"userinfo","from":["bearer"],"userId":"id","url":"http://api.internal/me"}"#
        #expect(try Sample.warnings("legacy.2", entry).map(\.path) == ["legacy[2].url"])
        #expect(try Sample.warnings("legacy.2", entry.replacing("api.internal", with: "127.0.0.1:9000")).isEmpty)
    }

    @Test(
        arguments: [
            ("legacy.0.revoked", #""SELECT 1 FROM b WHERE jti = $1""#, nil),
            ("legacy.0.revoked", #""SELECT 1""#, "$1, the jti"), ("legacy.0.revoked", #""SELECT $1, $2""#, "$1 only"),
            ("legacy.0.active", #""SELECT 1 FROM users WHERE id = $1 AND active""#, nil),
            ("legacy.0.active", #""SELECT 1""#, "the user id"),
            ("legacy.0.revokedBy", #""sha256""#, "no revokedBy without revoked"),
            ("legacy.0.revokedBy", #""sub""#, "one of \"jti\", \"sha256\", \"user\""),
        ] as [(String, String, String?)]) func `queries about tokens say what they are asked by`(
            path: String, json: String, words: String?
        ) throws
    {
        let found = try Sample.problems(path, json)
        if let words { #expect(found.contains { $0.description.contains(words) }, "\(found)") } else { #expect(found.isEmpty) }
    }

    @Test func `a query by user needs the time of issue beside the user`() throws {
        func problems(_ query: String) throws -> [SettingsProblem] {
            let sample = try Sample.changing(
                "legacy.0",
                to: """
                    { "name": "jwt", "kind": "jwt", "from": ["bearer"], "algorithm": "HS256", "keys": [{ "secret": "${JWT_SECRET}" }],
                      "userId": "user_id", "revokedBy": "user", "revoked": "\(query)" }
                    """)
            do {
                _ = try Sample.load(sample)
                return []
            } catch .invalid(_, let problems, _) { return problems }
        }
        #expect(try problems("SELECT 1 FROM users WHERE id = $1 AND logged_out_at > to_timestamp($2)").isEmpty)
        #expect(try problems("SELECT 1 FROM users WHERE id = $1").first?.expected.contains("the iat") == true)
        #expect(try problems("SELECT $1, $2, $3").first?.expected.contains("$1 and $2 only") == true)
    }

    @Test(arguments: [("ES256", "sha256", true), ("ES256", "jti", false), ("RS256", "sha256", false), ("EdDSA", "sha256", false)])
    func `a digest stands for a token only where its signature has no twin`(
        algorithm: String, revokedBy: String, isRefused: Bool
    ) throws {
        let entry = """
            { "name": "jwt", "kind": "jwt", "from": ["bearer"], "algorithm": "\(algorithm)", "keys": [{ "publicKey": "${JWT_SECRET}" }],
              "userId": "user_id", "revokedBy": "\(revokedBy)", "revoked": "SELECT 1 FROM revoked WHERE key = $1" }
            """
        let found = try Sample.problems("legacy.0", entry).filter { $0.path == "legacy[0].revokedBy" }
        #expect(found.count == (isRefused ? 1 : 0))
        #expect(found.allSatisfy { $0.expected.contains("\"jti\" or \"user\"") })
    }

    @Test func `places of an Upgrade's token are listed by route`() throws {
        let loaded = try Sample.load(Sample.changing("routes.0.upgradeFrom", to: #"["query:token","protocol:clerk."]"#))
        #expect(loaded.settings.routes[0].upgradeFrom == [.query("token"), .subprotocol("clerk.")])
        #expect(loaded.warnings.isEmpty)
        for text in ["bearer", "query:", "protocol:", "protocol:a b", "cookie:x", "query:a,b"] {
            #expect(
                try Sample.problems("routes.0.upgradeFrom", "[\"\(text)\"]").map(\.path) == ["routes[0].upgradeFrom[0]"], "\(text)")
        }
        let many = (0..<5).map { "\"query:t\($0)\"" }.joined(separator: ",")
        #expect(try Sample.problems("routes.0.upgradeFrom", "[\(many)]").map(\.path) == ["routes[0].upgradeFrom"])
    }
}
