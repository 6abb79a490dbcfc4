import HTTP
import JSON
import Settings
import Telemetry
import Testing

@Suite("SettingsLoader") struct SettingsLoaderTests {
    @Test func `a whole file gives its settings, with defaults for the rest`() throws {
        let loaded = try Sample.load()
        let settings = loaded.settings
        #expect(loaded.warnings.isEmpty)
        #expect(settings.clerk?.issuer == "https://clerk.example.com")
        #expect(settings.clerk?.jwksURL == "https://clerk.example.com/.well-known/jwks.json")
        #expect(settings.clerk?.keys.refreshSeconds == 300)
        #expect(settings.listen.map(\.address) == ["0.0.0.0:8080"])
        #expect(settings.origins[0].servers == [.init(host: "127.0.0.1", port: 9000)])
        #expect(settings.routes[0].mode == .dual && settings.routes[0].match.methods == [.get])
        #expect(settings.routes[0].setQuery == [.init(name: "user_id", template: .userID)])
        #expect(settings.directory?.users.table == "users")
        guard case .jwt(let jwt) = settings.legacy[0].kind, case .session(let session) = settings.legacy[1].kind else {
            Issue.record("kinds")
            return
        }
        #expect(jwt.algorithm == .hs256 && jwt.keys[0].material.count == 43 && jwt.cacheSeconds == 10)
        #expect(session.cacheSeconds == 30)
        #expect(settings.legacy[1].from == [.cookie("session_token")])
    }

    @Test(
        arguments: [
            ("version", nil, "version", "required"), ("version", "2", "version", "one of 1"),
            ("version", "\"1\"", "version", "one of 1"),
            ("routes", nil, "routes", "required"), ("routes", "{}", "routes", "an array"),
            ("routes", "[]", "routes", "at least one route"),
            ("workers", "-1", "workers", "from 0 to 256"), ("workers", "1.5", "workers", "whole number"),
            ("workers", "1e99", "workers", "whole number"),
            ("listen.0.address", "\"example.com:80\"", "listen[0].address", "IP address"),
            ("listen.0.address", "\"127.0.0.1\"", "listen[0].address", "a port"),
            ("listen.0.address", "\"127.0.0.1:65536\"", "listen[0].address", "a port"),
            ("listen.0.address", "\"::1:80\"", "listen[0].address", "[::1]:8080"),
            ("listen", "[]", "listen", "at least one"),
            ("listen", "[{\"address\":\":1\"},{\"address\":\":1\"}]", "listen[1].address", "not listed yet"),
            ("listen", "[null]", "listen[0]", "found null"),
            ("listen.0", "{\"address\":\":1\",\"tls\":{}}", "listen[0].tls", "terminate TLS in front"),
            ("admin.address", "\"0.0.0.0:8080\"", "admin.address", "of its own"),
            ("trustedProxies.0", "\"10.0.0.1/8\"", "trustedProxies[0]", "bits behind"),
            ("trustedProxies.0", "\"10.0.0.0/33\"", "trustedProxies[0]", "number of bits"),
            ("trustedProxies.0", "\"proxy\"", "trustedProxies[0]", "CIDR"),
            ("trustedProxies.0", "\"010.0.0.0/8\"", "trustedProxies[0]", "CIDR"),
            ("limits.headerBytes", "4096", "limits.headerBytes", "request line"),
            ("limits.tunnels", "10001", "limits.tunnels", "at most as many"),
            ("limits.headerSeconds", "0", "limits.headerSeconds", "from 1 to 300"),
            ("limits.bodyBytes", "true", "limits.bodyBytes", "found true"),
            ("path.slashes", "\"mergee\"", "path.slashes", "did you mean \"merge\"?"),
            ("log.level", "\"verbose\"", "log.level", "\"debug\""),
            ("log.access", "\"yes\"", "log.access", "true or false"),
            ("cors", "{\"allowedOrigins\":[\"*\"],\"credentials\":true}", "cors.allowedOrigins", "by name"),
            ("cors.allowedOrigins", "[\"https://App.example.com\"]", "cors.allowedOrigins[0]", "lower case"),
            ("smtp", "{\"url\":\"http://x\",\"from\":\"a@b\"}", "smtp.url", "smtps://HOST:PORT"),
            ("csrf.allowedOrigins", "[\"https://a.example/\"]", "csrf.allowedOrigins[0]", "final slash"),
            ("identity.assertion", "\"X-Word\"", "identity.assertionKey", "PEM private key"),
            ("identity", "{\"assertion\":\"X-Word\",\"assertionKey\":\"short\"}", "identity.assertionKey", "32 bytes"),
            (
                "identity", "{\"assertion\":\"x_user_id\",\"assertionKey\":\"0123456789abcdef0123456789abcdef\"}", "identity",
                "one name"
            ),
            ("cors", "{\"allowedOrigins\":[],\"exposedHeaders\":[\"X A\"]}", "cors.exposedHeaders[0]", "field name"),
            ("login", "{\"callback\":\"/a/{b}\"}", "login.callback", "without {names}"),
            ("login", "{\"callback\":\"/a/\"}", "login.callback", "final /"),
            ("identity.userId", "null", "identity.userId", "learns nothing"),
            ("identity.userId", "\"X User\"", "identity.userId", "field name"),
            ("identity.userId", "\"Authorization\"", "identity.userId", "no other meaning"),
            ("identity.email", "\"x_user_id\"", "identity", "one name"),
        ] as [(String, String?, String, String)])
    func `a bad value is refused with its path`(path: String, json: String?, place: String, words: String) throws {
        expect(try Sample.problems(path, json), place, words)
    }

    @Test(
        arguments: [
            ("origins.api.servers.0", "\"https://127.0.0.1:9000\"", "origins.api.servers[0]", "not supported yet"),
            ("origins.api.servers.0", "\"http://u:hunter2@127.0.0.1\"", "origins.api.servers[0]", "http://…@127.0.0.1"),
            ("origins.api.servers.0", "\"http://127.0.0.1/x\"", "origins.api.servers[0]", "without a path"),
            ("origins.api.servers.0", "\"127.0.0.1:9000\"", "origins.api.servers[0]", "http://HOST:PORT"),
            ("origins.api.servers.0", "\"http://127.0.0.1:0\"", "origins.api.servers[0]", "1 to 65535"),
            ("origins.api.servers", "[]", "origins.api.servers", "at least one"),
            ("origins.api.tls", "{}", "origins.api.tls", "local proxy"),
            ("origins.api.server", "[]", "origins.api.server", "did you mean \"servers\"?"),
            ("origins.a b", "{\"servers\":[\"http://a\"]}", "origins.a b", "letters"),
            ("routes.0.name", "\"rest\"", "routes[1].name", "no other route"),
            ("routes.0.name", "\"a b\"", "routes[0].name", "letters"),
            ("routes.0.mode", "\"duel\"", "routes[0].mode", "did you mean \"dual\"?"),
            ("routes.0.origin", "\"apy\"", "routes[0].origin", "did you mean \"api\"?"),
            ("routes.0.origin", nil, "routes[0].origin", "only deny"), ("routes.0.match", nil, "routes[0].match", "required"),
            ("routes.0.match.path", "\"posts\"", "routes[0].match.path", "begins with /"),
            ("routes.0.match.path", "\"/a//b\"", "routes[0].match.path", "not empty"),
            ("routes.0.match.path", "\"/*/b\"", "routes[0].match.path", "only at the end"),
            ("routes.0.match.path", "\"/a*\"", "routes[0].match.path", "whole segments"),
            ("routes.0.match.path", "\"/a/../b\"", "routes[0].match.path", ". and .."),
            ("routes.0.match.path", "\"/{1}\"", "routes[0].match.path", "a name of letters"),
            ("routes.0.match.path", "\"/{a}/{a}\"", "routes[0].match.path", "once"),
            ("routes.0.match.path", "\"/%7Ea\"", "routes[0].match.path", "\"~\" instead"),
            ("routes.0.match.path", "\"/%c3%a9\"", "routes[0].match.path", "\"%C3\" instead"),
            ("routes.0.match.path", "\"/a?b\"", "routes[0].match.path", "without \"?\""),
            ("routes.0.match.path", "\"/%2f\"", "routes[0].match.path", "without \"%2f\""),
            ("routes.0.match.path", "\"/%zz\"", "routes[0].match.path", "hexadecimal"),
            ("routes.0.match.path", "\"/{a}/{b}/{c}/{d}/{e}/{f}/{g}/{h}/{i}\"", "routes[0].match.path", "at most 8"),
            ("routes.0.match.host", "\"https://a.example\"", "routes[0].match.host", "without a scheme"),
            ("routes.0.match.host", "\"a.example:80\"", "routes[0].match.host", "a port"),
            ("routes.0.match.host", "\"*\"", "routes[0].match.host", "*.example.com"),
            ("routes.0.match.methods", "[]", "routes[0].match.methods", "at least one"),
            ("routes.0.match.methods.0", "\"get\"", "routes[0].match.methods[0]", "upper case"),
            ("routes.0.match.methods.1", "\"GET\"", "routes[0].match.methods[1]", "not listed"),
            ("routes.0.match.methods.0", "\"CONNECT\"", "routes[0].match.methods[0]", "no forward proxy"),
            ("routes.0.set.query.user_id", "\"{user_id}\"", "routes[0].set.query.user_id", "did you mean \"{user.id}\"?"),
            ("routes.0.set.query.a[]", "\"x\"", "routes[0].set.query.a[]", "letters"),
            ("routes.0.set.path.user", "\"{user.id}\"", "routes[0].set.path.user", "a {name} of the route's path"),
            ("routes.0.set.path.user", "\"\"", "routes[0].set.path.user", "one segment"),
            ("routes.0.set.path.user", "\"..\"", "routes[0].set.path.user", "one segment"),
            ("routes.0.set.path.user", "\"a/b\"", "routes[0].set.path.user", "one segment"),
            ("routes.0.set.path.user", "\"1;a\"", "routes[0].set.path.user", "one segment"),
            ("routes.0.set.path.user", "\"{user}\"", "routes[0].set.path.user", "{user.id}"),
            ("routes.0.require.body", "{}", "routes[0].require.body", "unknown key"),
            ("routes.0.require.path.user", "\"{user.id}\"", "routes[0].require.path.user", "a {name} of the route's path"),
            ("routes.0.require.json.user_id", "\"{user}\"", "routes[0].require.json.user_id", "{user.id}"),
            ("routes.0.require.contentBytes", "0", "routes[0].require.contentBytes", "from 1"),
            ("routes.0.canary", "{}", "routes[0].canary.percent", "required"),
            ("routes.0.mint", "{}", "routes[0].mint.kind", "required"),
            ("routes.0.mint", "{\"kind\":\"jwt\",\"claims\":{\"a\":1}}", "routes[0].mint.secret", "needs it"),
            ("routes.0.mint", "{\"kind\":\"base64\"}", "routes[0].mint.claims", "needs it"),
            ("routes.0.mint", "{\"kind\":\"base64\",\"claims\":{}}", "routes[0].mint.claims", "at least one"),
            ("routes.0.mint", "{\"kind\":\"base64\",\"claims\":{\"a\":{}}}", "routes[0].mint.claims.a", "found an object"),
            ("routes.0.mint", "{\"kind\":\"base64\",\"claims\":{\"a\":1.5}}", "routes[0].mint.claims.a", "whole number"),
            ("routes.0.mint", "{\"kind\":\"base64\",\"claims\":{\"a\":\"{userid}\"}}", "routes[0].mint.claims.a", "{user.id}"),
            ("routes.0.mint", "{\"kind\":\"base64\",\"to\":\"query:t\",\"claims\":{\"a\":1}}", "routes[0].mint.to", "logged"),
            (
                "routes.0.mint", "{\"kind\":\"base64\",\"to\":\"header:X_User_Id\",\"claims\":{\"a\":1}}", "routes[0].mint.to",
                "of its own"
            ),
            (
                "routes.0.mint", "{\"kind\":\"base64\",\"to\":\"header:Via\",\"claims\":{\"a\":1}}", "routes[0].mint.to",
                "no other meaning"
            ),
            ("routes.0.mint", "{\"kind\":\"base64\",\"claims\":{\"exp\":9999999999}}", "routes[0].mint.claims.exp", "{expires}"),
            ("routes.0.mint", "{\"kind\":\"base64\",\"claims\":{\"exp\":\"{issued}\"}}", "routes[0].mint.claims.exp", "{expires}"),
            (
                "routes.0.mint", "{\"kind\":\"base64\",\"to\":\"cookie:__session\",\"claims\":{\"a\":1}}", "routes[0].mint.to",
                "Clerk's"
            ),
            (
                "routes.0.mint", "{\"kind\":\"base64\",\"to\":\"cookie:__Session_x\",\"claims\":{\"a\":1}}", "routes[0].mint.to",
                "Clerk's"
            ),
            ("routes.0.mint", "{\"kind\":\"session\",\"insert\":\"DELETE $1 $2 $3\"}", "routes[0].mint.insert", "INSERT"),
            ("routes.0.mint", "{\"kind\":\"session\",\"insert\":\"INSERT $1 $2\"}", "routes[0].mint.insert", "$3"),
            (
                "routes.0.mint", "{\"kind\":\"session\",\"insert\":\"INSERT $1 $2 $3\",\"extend\":\"UPDATE $1 $2\"}",
                "routes[0].mint.extend", "RETURNING"
            ),
            (
                "routes.0.mint", "{\"kind\":\"base64\",\"secret\":\"hunter2hunter2\",\"claims\":{\"a\":1}}",
                "routes[0].mint.secret", "another kind"
            ),
            ("routes.0.deny.status", "404", "routes[0].deny.status", "403, 410"),
            ("routes.0.errors", "\"xml\"", "routes[0].errors", "problem"),
            ("routes.0.mdoe", "\"dual\"", "routes[0].mdoe", "did you mean \"mode\"?"),
        ] as [(String, String?, String, String)])
    func `a bad origin or route is refused with its path`(path: String, json: String?, place: String, words: String) throws {
        expect(try Sample.problems(path, json), place, words)
    }

    @Test(
        arguments: [
            ("clerk", nil, "clerk", "route \"posts\" is in mode \"dual\""),
            ("legacy", "[]", "legacy", "route \"posts\" is in mode \"dual\""),
            ("directory", nil, "directory", "route \"posts\" is in mode \"dual\""),
            ("directory.linking", nil, "directory.linking", "linking.legacyEmail"),
            ("directory.linking", "{}", "directory.linking.legacyEmail", "required"),
            ("directory.linking.legacyEmail", "\"yes\"", "directory.linking.legacyEmail", "trusted"),
            ("directory.linking.legacyEmail", "\"verified-column\"", "directory.linking.legacyEmail", "emailVerified"),
            ("directory.linking.unknown", "\"provision\"", "directory.linking.unknown", "directory.provision"),
            (
                "directory.linking.provisionOn", "\"webhook\"", "directory.linking.provisionOn",
                "clerk.webhooks with a signing secret"
            ),
            ("directory.users.clerkUserId", nil, "directory", "a place for links"),
            ("directory.sync", "[\"role\"]", "directory.sync[0]", "one of \"email\""),
            ("directory.sync", "[\"name\"]", "directory.sync[0]", "directory.users.name to name the column"),
            ("clerk.webhooks", "{\"path\": \"hook\"}", "clerk.webhooks.path", "a path such as"),
            ("clerk.webhooks", "{\"path\": \"/healthz\"}", "clerk.webhooks.path", "health check"),
            ("directory.users.email", "\"a\\\"b\"", "directory.users.email", "a column"),
            ("directory.users.table", "\"a.b.c\"", "directory.users.table", "schema.table"),
            ("directory.users.emial", "\"email\"", "directory.users.emial", "did you mean \"email\"?"),
            (
                "directory.provision", "{\"id\":\"uuid\",\"columns\":{\"name\":\"{firstname}\"}}",
                "directory.provision.columns.name", "did you mean {first_name}?"
            ),
            (
                "directory.provision", "{\"id\":\"uuid\",\"columns\":{\"name\":\"{first_name\"}}",
                "directory.provision.columns.name", "a } for each {"
            ),
            ("directory.mapping", "{\"table\":\"m\",\"userId\":\"a\",\"clerkUserId\":\"a\"}", "directory.mapping", "two"),
            ("directory.url", "\"mysql://a\"", "directory.url", "sqlite:PATH"),
            ("directory.url", "\"postgresql+asyncpg://a\"", "directory.url", "leave out the driver"),
            ("directory.url", "\"sqlite:\"", "directory.url", "sqlite:PATH"),
            ("directory.url", "\"sqlite::memory:\"", "directory.url", "outlive"),
            ("directory.connections", "0", "directory.connections", "from 1 to 100"),
            ("clerk.authorizedParties", "[]", "clerk.authorizedParties", "front ends"),
            ("clerk.authorizedParties.0", "\"https://app.example.com:443\"", "clerk.authorizedParties[0]", "default port"),
            ("clerk.authorizedParties.0", "\"app.example.com\"", "clerk.authorizedParties[0]", "an origin"),
            ("clerk.jwksUrl", "\"http://keys.example/\"", "clerk.jwksUrl", "https://"),
            ("clerk.issuer", "\"https://clerk.example.com/\"", "clerk.issuer", "final slash"),
            ("clerk.keys.maxStaleSeconds", "60", "clerk.keys.maxStaleSeconds", "next fetch"),
            ("clerk.publishableKey", "\"pk_test_xyz\"", "clerk.publishableKey", "pk_test_"),
            ("clerk.publishableKey", "\"sk_live_0123456789\"", "clerk.publishableKey", "pk_test_"),
            ("clerk.secretKey", "\"sk_live_0123456789\"", "clerk.secretKey", "two keys of one instance"),
            ("clerk.secretKey", "\"pk_test_xyz\"", "clerk.secretKey", "begins with sk_"),
            ("clerk.secretKey", "\"\"", "clerk.secretKey", "an empty secret"),
            ("clerk.secretKey", "\"  \"", "clerk.secretKey", "an empty secret"),
            ("clerk.jwtKey", "\"-----BEGIN RSA PRIVATE KEY-----\"", "clerk.jwtKey", "a private key"),
            ("clerk.jwtKey", "\"abc\"", "clerk.jwtKey", "PEM"),
            ("legacy.0.kind", "\"base64\"", "legacy[0].algorithm", "of kind"),
            ("legacy.0.kind", "\"asserted\"", "legacy[0].userId", "of kind"),
            ("legacy.0.kind", "\"userinfo\"", "legacy[0].url", "needs it"),
            ("legacy.0.algorithm", "\"none\"", "legacy[0].algorithm", "HS256"),
            ("legacy.0.algorithm", nil, "legacy[0].algorithm", "needs it"),
            ("legacy.0.userId", nil, "legacy[0].userId", "needs it"),
            ("legacy.0.query", "\"SELECT $1\"", "legacy[0].query", "another kind"),
            ("legacy.1.query", nil, "legacy[1].query", "needs it"),
            ("legacy.1.query", "\"DELETE FROM sessions WHERE token = $1\"", "legacy[1].query", "SELECT"),
            ("legacy.1.query", "\"SELECT 1\"", "legacy[1].query", "$1"),
            ("legacy.0.keys", "[]", "legacy[0].keys", "at least one"),
            ("legacy.0.keys.0.secret", "\"1234567\"", "legacy[0].keys[0].secret", "32 bytes"),
            ("legacy.0.algorithm", "\"RS256\"", "legacy[0].keys[0].secret", "a publicKey"),
            ("legacy.0.keys.0", "{\"publicKey\":\"x\"}", "legacy[0].keys[0].publicKey", "a secret"),
            ("legacy.0.from", "[]", "legacy[0].from", "at least one"),
            ("legacy.0.from.0", "\"cookie:a b\"", "legacy[0].from[0]", "cookie:NAME"),
            ("legacy.0.from.0", "\"scheme:Bearer\"", "legacy[0].from[0]", "is bearer"),
            ("legacy.0.from.0", "\"header:Cookie\"", "legacy[0].from[0]", "through the others"),
            ("legacy.0.from.0", "\"header:x_user_id\"", "legacy[0].from[0]", "never see it"),
            ("legacy.0.from.1", "\"bearer\"", "legacy[0].from[1]", "not listed"),
            ("legacy.0.from", "[\((1...64).map { "\"cookie:c\($0)\"" }.joined(separator: ","))]", "legacy", "at most 64"),
            ("legacy.1.name", "\"jwt\"", "legacy[1].name", "no other entry"),
        ] as [(String, String?, String, String)])
    func `a bad part of either identity system is refused with its path`(path: String, json: String?, place: String, words: String)
        throws
    {
        expect(try Sample.problems(path, json), place, words)
    }

    private func expect(_ problems: [SettingsProblem], _ place: String, _ words: String) {
        let found = problems.contains { $0.path == place && "\($0)".contains(words) }
        #expect(found, "\(problems.map { "\($0)" })")
        #expect(!problems.contains { "\($0)".contains("hunter2") })
    }

    @Test func `without a secret key nobody could be linked, and that is said`() throws {
        var environment = Sample.environment
        environment["CLERK_SECRET_KEY"] = nil
        let problems = try Sample.problems("clerk.secretKey", nil, environment)
        #expect(problems.contains { $0.path == "clerk.secretKey" && "\($0)".contains("no rule can link anybody") })
    }

    @Test func `sections that no route needs may be left out`() throws {
        let text = """
            {"version": 1, "origins": {"api": {"servers": ["http://[::1]"]}},
             "routes": [{"name": "rest", "match": {"path": "/*"}, "origin": "api", "mode": "observe"}, {"name": "no", "match": {"path": "/no"}, "mode": "deny", "deny": {"status": 410}}]}
            """
        let settings = try Sample.load(text, [:]).settings
        #expect(settings.clerk == nil && settings.directory == nil && settings.legacy.isEmpty)
        #expect(settings.origins[0].servers == [.init(host: "::1", port: 80)])
        #expect(settings.routes[1].denyStatus == .gone && settings.routes[1].origin == nil)
    }

    @Test func `all problems of a file are reported at once, in its order, with line and column`() throws {
        let text =
            "{\n  \"version\": 1,\n  \"workers\": true,\n  \"routes\": [\n    { \"name\": \"a\", \"match\": { \"path\": \"a\" }, \"mode\": \"x\" }\n  ]\n}"
        #expect {
            try Sample.load(text, [:])
        } throws: { error in
            let lines = (error as? SettingsFailure)?.lines ?? []
            return lines.count == 3 && lines[0] == "routes.json:3:14: workers: found true, expected a whole number from 0 to 256"
                && lines[1].hasPrefix("routes.json:5:39: routes[0].match.path")
                && lines[2].hasPrefix("routes.json:5:54: routes[0].mode")
        }
    }

    @Test(arguments: [
        "", "{", "[]", "null", "7", "{\"version\":1,}", "{\"version\":1,\"version\":1}", "\u{FEFF}{}", "{\"a\":\"\\ud800\"}",
    ])
    func `what is no JSON object is refused`(text: String) {
        #expect(throws: SettingsFailure.self) { try Sample.load(text) }
    }

    @Test func `a file that is not there is reported`() {
        #expect {
            try SettingsLoader.load(path: "/nowhere/routes.json", environment: [:])
        } throws: { "\($0)".contains("/nowhere/routes.json: open failed") }
    }

    @Test(arguments: [
        ("legacy.0.keys.0.secret", "\"12345678\"", "a secret of 8 bytes"), ("legacy.0.neverExpires", "true", "stolen token"),
        ("clerk.secretKey", "\"something\"", "sk_test_"),
        ("directory.linking.privilegedRoles", "[\"admin\"]", "no row counts as privileged"),
        ("origins.old", "{\"servers\":[\"http://a\"]}", "no route names"), ("trustedProxies.0", "\"0.0.0.0/0\"", "every client"),
        ("routes.1.optional", "true", "no effect"), ("routes.1.deny", "{\"status\":410}", "no effect"),
        ("admin", "{\"address\":\":1\",\"token\":\"short\"}", "guessed"),
    ])
    func `what is risky but possible is a warning`(path: String, json: String, words: String) throws {
        let warnings = try Sample.warnings(path, json)
        #expect(warnings.contains { "\($0)".contains(words) }, "\(warnings.map { "\($0)" })")
    }

    @Test(arguments: [("observe", 0), ("legacy", 0), ("clerk", 0), ("public", 1)])
    func `what a route mints may wait for its flip`(mode: String, warnings: Int) throws {
        let route = """
            {"name": "rest", "match": {"path": "/*"}, "origin": "api", "mode": "\(mode)", "mint": {"kind": "base64", "claims": {"id": "{user.id}"}}}
            """
        #expect(try Sample.warnings("routes.1", route).count == warnings)
    }

    @Test(arguments: [
        (
            #"{"sub": "somebody", "admin": false, "n": 7, "iat": "{issued}", "jti": "{token.id}", "exp": "{expires}"}"#,
            ["routes[0].mint.claims"]
        ),
        (#"{"sub": "{user.id}"}"#, []), (#"{"sub": "{user.id:number}"}"#, []), (#"{"sub": "{user.clerkUserId}"}"#, []),
        (#"{"iat": "{issued}", "email": "{user.email}"}"#, []),
    ])
    func `a minted token that names no caller would make everybody one person`(claims: String, places: [String]) throws {
        for kind in [#""kind": "jwt", "secret": "a secret of thirty-two bytes here""#, #""kind": "base64""#] {
            #expect(try Sample.warnings("routes.0.mint", "{\(kind), \"claims\": \(claims)}").map(\.path) == places)
        }
    }

    @Test func `random mutations of a file never crash the loader, and never show a secret`() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var state = seed | 1
        func next(_ count: Int) -> Int {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return Int(state % UInt64(count))
        }
        let original = Array(Sample.text.utf8)
        let words = [
            "null", "true", "-1", "1e9", "[]", "{}", "\"\"", "\"${A}\"", "\"${A:-}\"", "\"${file:x}\"", ",", ":", "\"", "\\u0000",
            "{\"a\":1}",
        ].map { Array($0.utf8) }
        for _ in 0..<3_000 {
            var text = original
            for _ in 0...next(4) {
                let place = next(text.count)
                switch next(4) {
                case 0: text[place] = UInt8(next(256))
                case 1: text.removeSubrange(place..<min(place + next(12), text.count))
                case 2: text.insert(contentsOf: words[next(words.count)], at: place)
                default: text.replaceSubrange(place..<min(place + next(20), text.count), with: words[next(words.count)])
                }
            }
            do {
                _ = try Sample.load(String(decoding: text, as: UTF8.self))
            } catch {
                #expect(!"\(error)".contains("hunter2") && !"\(error)".contains("correct horse"), "seed \(seed)")
            }
        }
    }
}
