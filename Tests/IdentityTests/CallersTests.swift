import Authentication
import GatewayTesting
import HTTP
import Identity
import Settings
import Telemetry
import Testing

/// What one request resolves to, with real tokens and a directory in memory.
@Suite struct CallersTests {
    let fixture = AuthenticationFixture()
    let linked = DirectoryUser("7", email: "ada@example.com", clerkUser: "user_1")
    var now: UnixTime { fixture.clock.now }
    var clerk: String { fixture.mint.session(at: now).bearer }
    var clerkCookie: String { fixture.mint.session(at: now).cookie("__session") }
    var expiredClerk: String { fixture.mint.session(at: now.adding(seconds: -120)).bearer }

    /// `method user`, with a `!` where two people met, or the code of the refusal.
    private func resolve(
        _ directory: FakeDirectory, _ fields: String..., mode: Mode = .dual, firstSight: FakeFirstSight? = nil,
        cache: CallerCache = CallerCache(), _ edit: (inout DirectorySettings.Linking) -> Void = { _ in }
    ) async throws -> String {
        let head = RequestHead(text: (["GET /", "Host: api.example.com"] + fields).joined(separator: "\n"))
        let requirement = Requirement(mode: mode, isOptional: false, isSecure: true)
        let authenticator = try fixture.authenticator
        let evidence = try await authenticator.authenticate(head, for: requirement, at: now)
        let callers = Self.callers(directory, firstSight, cache, edit)
        do throws(IdentityRefusal) {
            let resolution = try await callers.resolve(evidence, requestID: "r1", at: now) {
                await authenticator.judgeLegacy(of: head, evidence, at: now)
            }
            return
                "\(resolution.caller?.method.text ?? "-") \(resolution.caller?.user.text ?? "-")\(resolution.conflict ? "!" : "")"
        } catch { return "\(error.code)" }
    }

    private static func callers(
        _ directory: FakeDirectory, _ firstSight: FakeFirstSight?, _ cache: CallerCache,
        _ edit: (inout DirectorySettings.Linking) -> Void
    ) -> Callers {
        var linking = DirectorySettings.Linking(legacyEmail: .trusted)
        edit(&linking)
        return Callers(
            directory: directory, firstSight: firstSight, fields: IdentityFields(), legacyNames: ["jwt", "session"],
            linking: linking, cache: cache)
    }

    private func legacy(_ user: String) -> String { TokenMint.legacy(user, at: now).exposeText() }

    @Test func `either credential of a linked person is the same person`() async throws {
        let directory = FakeDirectory([linked])
        fixture.store.add(session: "s7", of: "7")
        #expect(try await resolve(directory, clerk) == "clerk 7")
        #expect(try await resolve(directory, "Authorization: Bearer \(legacy("7"))") == "legacy:jwt 7")
        #expect(try await resolve(directory, "Cookie: session_token=s7") == "legacy:session 7")
        #expect(try await resolve(directory, clerk, "Cookie: session_token=s7") == "clerk 7")
    }

    @Test func `two people on one request are settled by where the old credential stands`() async throws {
        let directory = FakeDirectory([linked, DirectoryUser("8", email: nil)])
        fixture.store.add(session: "s8", of: "8")
        let cookie = "Cookie: session_token=s8"
        #expect(try await resolve(directory, clerk, cookie) == "clerk 7!")
        #expect(try await resolve(directory, clerk, cookie) { $0.conflict = .refuse } == "identity_conflict")
        #expect(try await resolve(directory, clerkCookie, "Authorization: Legacy s8") == "identity_conflict")
        #expect(try await resolve(directory, clerkCookie, "Authorization: Legacy s8") { $0.conflict = .clerk } == "clerk 7!")
    }

    @Test func `an id in another spelling is still the same person's, retired or not`() async throws {
        let directory = FakeDirectory([DirectoryUser("00ab", email: nil, clerkUser: "user_1")])
        directory.foldIDs()
        let header = "Authorization: Legacy s1"
        fixture.store.add(session: "s1", of: "00AB")
        #expect(try await resolve(directory, clerkCookie, header) == "clerk 00ab")
        #expect(try await resolve(directory, clerkCookie, header) { $0.afterLink = .refuse } == "clerk 00ab")
        #expect(try await resolve(directory, header) { $0.afterLink = .refuse } == "legacy_retired")
    }

    @Test func `an insecure credential never contests a session`() async throws {
        fixture.change { $0.legacy[1].insecure = true }
        fixture.store.add(session: "s8", of: "8")
        let directory = FakeDirectory([linked, DirectoryUser("8", email: nil)])
        #expect(try await resolve(directory, clerkCookie, "Authorization: Legacy s8") == "clerk 7")
    }

    @Test func `an expired Clerk Bearer passes by the old credential of the same linked person only`() async throws {
        fixture.store.add(session: "s7", of: "7")
        fixture.store.add(session: "s8", of: "8")
        let directory = FakeDirectory([linked, DirectoryUser("8", email: nil)])
        #expect(try await resolve(directory, expiredClerk, "Cookie: session_token=s7") == "legacy:session 7")
        #expect(try await resolve(directory, expiredClerk, "Cookie: session_token=s8") == "token_expired")
        #expect(
            try await resolve(directory, expiredClerk, "Cookie: session_token=s7") { $0.afterLink = .refuse } == "token_expired")
        let unlinked = FakeDirectory([DirectoryUser("7", email: nil)])
        #expect(try await resolve(unlinked, expiredClerk, "Cookie: session_token=s7") == "token_expired")
    }

    @Test func `rows that are missing, inactive or unusable are refused`() async throws {
        let bearer = "Authorization: Bearer \(legacy("7"))"
        #expect(try await resolve(FakeDirectory(), bearer) == "token_invalid")
        #expect(try await resolve(FakeDirectory([DirectoryUser("7", email: nil, isActive: false)]), bearer) == "user_inactive")
        #expect(
            try await resolve(FakeDirectory([DirectoryUser("7", email: nil, isActive: false, clerkUser: "user_1")]), clerk)
                == "user_inactive")
        let evil = FakeDirectory([DirectoryUser("7\r\nX-User-Id: 1", email: nil, clerkUser: "user_1")])
        #expect(try await resolve(evil, clerk) == "user_unusable")
    }

    @Test func `after the link old credentials may be refused`() async throws {
        let bearer = "Authorization: Bearer \(legacy("7"))"
        #expect(try await resolve(FakeDirectory([linked]), bearer) { $0.afterLink = .refuse } == "legacy_retired")
        #expect(
            try await resolve(FakeDirectory([DirectoryUser("7", email: nil)]), bearer) { $0.afterLink = .refuse } == "legacy:jwt 7")
    }

    @Test func `a database that is away is our trouble, and cached callers go on`() async throws {
        let directory = FakeDirectory([linked])
        let cache = CallerCache()
        #expect(try await resolve(directory, clerk, cache: cache) == "clerk 7")
        directory.fail(.away("connection refused"))
        #expect(try await resolve(directory, clerk, cache: cache) == "clerk 7")
        #expect(try await resolve(directory, clerk) == "directory_unavailable")
        #expect(try await resolve(directory, "Authorization: Bearer \(legacy("7"))", cache: cache) == "directory_unavailable")
    }

    @Test func `first sight gets the old credential of the request, on every mode`() async throws {
        fixture.store.add(session: "s8", of: "8")
        for mode in [Mode.dual, .clerk] {
            let sight = FakeFirstSight(.success(linked))
            #expect(
                try await resolve(FakeDirectory(), clerk, "Cookie: session_token=s8", mode: mode, firstSight: sight) == "clerk 7")
            #expect(sight.beside == ["8"])
        }
    }

    @Test func `a link is known at once to who cached the row without it`() async throws {
        let (directory, cache) = (FakeDirectory([DirectoryUser("7", email: nil)]), CallerCache())
        let bearer = "Authorization: Bearer \(legacy("7"))"
        let refuse: (inout DirectorySettings.Linking) -> Void = { $0.afterLink = .refuse }
        #expect(try await resolve(directory, bearer, cache: cache, refuse) == "legacy:jwt 7")
        directory.put(linked)
        let sight = FakeFirstSight(.success(linked))
        // As in the race where the look-up still found no link.
        let late = FakeDirectory()
        #expect(try await resolve(late, clerk, firstSight: sight, cache: cache) == "clerk 7")
        #expect(try await resolve(directory, bearer, cache: cache, refuse) == "legacy_retired")
    }

    @Test func `what is announced while a link is made is not lost`() async throws {
        let (directory, cache) = (FakeDirectory(), CallerCache())
        let sight = FakeFirstSight(.success(linked))
        sight.meanwhile = {
            directory.put(DirectoryUser("7", email: "ada@example.com", isActive: false, clerkUser: "user_1"))
            cache.invalidate(UserID("7"))
        }
        #expect(try await resolve(directory, clerk, firstSight: sight, cache: cache) == "clerk 7")
        #expect(try await resolve(directory, clerk, firstSight: sight, cache: cache) == "user_inactive")
    }

    @Test func `a refused link is remembered for five seconds, for this old credential`() async throws {
        fixture.store.add(session: "s8", of: "8")
        let sight = FakeFirstSight(.failure(.link(.emailUnverified)))
        let (directory, cache) = (FakeDirectory(), CallerCache())
        for _ in 0..<3 { #expect(try await resolve(directory, clerk, firstSight: sight, cache: cache) == "email_unverified") }
        #expect(sight.beside == ["-"])
        #expect(
            try await resolve(directory, clerk, "Cookie: session_token=s8", firstSight: sight, cache: cache) == "email_unverified")
        #expect(sight.beside == ["-", "8"])
        fixture.clock.advance(seconds: 5)
        #expect(try await resolve(directory, clerk, firstSight: sight, cache: cache) == "email_unverified")
        #expect(sight.beside == ["-", "8", "-"])
    }

    @Test func `trouble and impersonation are not remembered`() async throws {
        for refusal in [IdentityRefusal.unavailable(retryAfterSeconds: 3), .link(.impersonated)] {
            let sight = FakeFirstSight(.failure(refusal))
            let cache = CallerCache()
            for _ in 0..<2 {
                #expect(try await resolve(FakeDirectory(), clerk, firstSight: sight, cache: cache) == "\(refusal.code)")
            }
            #expect(sight.beside.count == 2)
        }
    }

    @Test func `without a way to ask Clerk nobody new is registered`() async throws {
        #expect(try await resolve(FakeDirectory(), clerk) == "not_registered")
    }

    @Test func `the first session of a linked person is noted once`() async throws {
        let (directory, cache) = (FakeDirectory([linked]), CallerCache())
        let first = now
        #expect(try await resolve(directory, clerk, cache: cache) == "clerk 7")
        fixture.clock.advance(seconds: 61)
        #expect(try await resolve(directory, clerk, cache: cache) == "clerk 7")
        #expect(directory.firstSessions == [ClerkUserID("user_1"): first])
    }

    @Test func `an impersonated session is nobody's first`() async throws {
        let directory = FakeDirectory([linked])
        let act = fixture.mint.session(at: now, claims: ["act": "{\"sub\":\"user_admin\"}"]).bearer
        #expect(try await resolve(directory, act) == "clerk 7")
        #expect(directory.firstSessions.isEmpty)
    }
}
