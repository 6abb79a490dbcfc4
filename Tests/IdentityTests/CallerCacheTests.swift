import Authentication
import GatewayTesting
import HTTP
import Identity
import Settings
import Telemetry
import Testing

@Suite struct CallerCacheTests {
    let fixture = AuthenticationFixture()
    let directory = FakeDirectory()
    let cache = CallerCache(entriesMax: 16)

    private func resolve(_ user: String) async throws -> Caller? {
        let callers = Callers(
            directory: directory, firstSight: nil, fields: IdentityFields(), legacyNames: ["jwt", "session"],
            linking: .init(legacyEmail: .trusted), cache: cache)
        let evidence = try await fixture.authenticate("GET /\n\(fixture.mint.session(user, at: fixture.clock.now).bearer)")
        return try await callers.resolve(evidence, requestID: "r", at: fixture.clock.now, judgeLegacy: { .absent }).caller
    }

    private func put(_ id: String, _ user: String, email: String? = nil) {
        directory.put(DirectoryUser(id, email: email, clerkUser: user))
    }

    @Test func `a caller is believed for sixty seconds`() async throws {
        put("7", "user_7")
        #expect(try await resolve("user_7")?.user.text == "7")
        directory.put(DirectoryUser("7", email: nil))
        put("8", "user_7")
        fixture.clock.advance(seconds: 59)
        #expect(try await resolve("user_7")?.user.text == "7")
        fixture.clock.advance(seconds: 1)
        #expect(try await resolve("user_7")?.user.text == "8")
    }

    @Test(arguments: ["user", "clerk user", "everything"]) func `a notice drops a caller at once`(notice: String) async throws {
        put("7", "user_7")
        put("9", "user_9")
        #expect(try await resolve("user_7")?.user.text == "7")
        #expect(try await resolve("user_9")?.user.text == "9")
        let reads = directory.reads
        switch notice {
        case "user": cache.invalidate(UserID("7"))
        case "clerk user": cache.invalidate(ClerkUserID("user_7"))
        default: cache.invalidateEverything()
        }
        #expect(try await resolve("user_7")?.user.text == "7")
        #expect(directory.reads == reads + 1)
        #expect(try await resolve("user_9")?.user.text == "9")
        #expect(directory.reads == reads + (notice == "everything" ? 2 : 1))
    }

    @Test func `the number of callers stays below its limit, and who is asked for stays`() async throws {
        put("0", "user_often")
        for index in 0..<100 {
            put("\(index + 1)", "user_\(index)")
            _ = try await resolve("user_often")
            _ = try await resolve("user_\(index)")
            #expect(cache.count <= 16)
        }
        let reads = directory.reads
        _ = try await resolve("user_often")
        #expect(directory.reads == reads)
    }

    @Test func `the field lines are complete and in the settings' names`() async throws {
        put("7", "user_7", email: "ada@example.com")
        let lines = try #require(try await resolve("user_7")).fieldLines
        #expect(
            String(decoding: lines, as: UTF8.self)
                == "X-User-Id: 7\r\nX-Clerk-User-Id: user_7\r\nX-Auth-Method: clerk\r\nX-Auth-Migrated: true\r\n")
    }

    @Test(arguments: ["7\r\nX-Admin: 1", "7\n", "\u{0}7", " 7", "7 ", "", "7\u{7F}"])
    func `an id that cannot stand in a field makes no caller`(id: String) {
        #expect(Caller(DirectoryUser(id, email: nil), method: .clerk, fields: IdentityFields()) == nil)
    }

    @Test func `an e-mail is sent only where the settings name a field, and never a broken one`() {
        var fields = IdentityFields()
        let broken = DirectoryUser("7", email: "a@b\r\nX-Admin: 1")
        #expect(Caller(broken, method: .clerk, fields: fields) != nil)
        fields.email = "X-User-Email"
        #expect(Caller(broken, method: .clerk, fields: fields) == nil)
    }
}
