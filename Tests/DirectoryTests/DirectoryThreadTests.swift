import Authentication
import Directory
import Identity
import PostgresTesting
import Settings
import Snapshot
import Sockets
import Telemetry
import Testing

/// The thread between the workers and the database: what it does when that is slow, away, or back.
@Suite(.serialized) struct DirectoryThreadTests {
    private func outcome<Answer>(_ body: () async throws -> Answer) async -> Result<Answer, Unavailable>? {
        do { return .success(try await body()) } catch { return (error as? Unavailable).map(Result.failure) }
    }

    @Test func `a server that stops costs refusals at once, and is found again by itself`() async throws {
        let server = PostgresServer()
        let url = server.url(database: "postgres")
        server.run(
            "CREATE TABLE users (id int PRIMARY KEY, email text, clerk_user_id text); INSERT INTO users VALUES (1, 'a@x.org')")
        var users = DirectorySettings.Users()
        users.email = "email"
        users.clerkUserID = "clerk_user_id"
        let settings = DirectorySettings(location: .postgres(Secret(url)), users: users, linking: .init(legacyEmail: .trusted))
        try await withDirectory(settings) { directory in
            let before = try await directory.user(UserID("1"))
            for _ in 0..<100 where !directory.health.isUp { await sleep(milliseconds: 100) }
            #expect(before != nil && directory.health.isUp)
            // Commits of the tests' servers are on their way to the disk for a moment, and a crash would take them back.
            server.run("CHECKPOINT")
            server.stop()
            var refusals = 0
            for _ in 0..<40 {
                if case .failure(.away) = await outcome({ try await directory.user(UserID("1")) }) { refusals += 1 }
            }
            #expect(refusals == 40)
            // It is known to be away now: a thousand questions wait for nothing.
            let start = Clock.monotonicMilliseconds()
            for _ in 0..<1_000 { _ = await outcome { try await directory.user(linkedTo: ClerkUserID("user_a")) } }
            #expect(Clock.monotonicMilliseconds() - start < 5_000)
            #expect(!directory.health.isUp && directory.health.lastError != nil)
            server.start()
            var found: DirectoryUser?
            for _ in 0..<100 where found == nil {
                if case .success(let user) = await outcome({ try await directory.user(UserID("1")) }) { found = user }
                await sleep(milliseconds: 100)
            }
            #expect(found?.id == UserID("1"))
            for _ in 0..<100 where !directory.health.isUp { await sleep(milliseconds: 100) }
            let linked = try await directory.link(UserID("1"), to: "user_a")
            #expect(linked.linked != nil)
        }
    }

    @Test func `connections that broke while nobody asked cost no refusal`() async throws {
        let database = TestDatabase(.postgresUUID)
        database.add(1)
        try await withDirectory(database.settings()) { directory in
            _ = try await directory.user(database.backend.id(1))
            for _ in 0..<3 {
                database.run(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
                for _ in 0..<10 {
                    let user = try await directory.user(database.backend.id(1))
                    #expect(user != nil)
                }
            }
        }
    }

    @Test func `a query that takes too long is a timeout, and the next one is answered`() async throws {
        let database = TestDatabase(.postgresUUID)
        let slow = LegacySettings(name: "slow", from: [], kind: .session(.init(query: "SELECT $1::text FROM pg_sleep(30)")))
        let quick = LegacySettings(name: "quick", from: [], kind: .session(.init(query: "SELECT $1::text")))
        try await withDirectory(database.settings()) { directory in
            let queries = LegacyQueries([slow, quick], on: directory)
            let start = Clock.monotonicMilliseconds()
            let late = await outcome { try await queries.sessionUser(entry: 0, token: Secret("t")) }
            guard case .failure(.timedOut) = late else { return #expect(Bool(false), "\(String(describing: late))") }
            #expect(Clock.monotonicMilliseconds() - start < 5_000)
            let answer = try await queries.sessionUser(entry: 1, token: Secret("42"))
            #expect(answer == UserID("42"))
        }
    }

    @Test func `the server refuses to write in a legacy query`() async throws {
        let database = TestDatabase(.postgresUUID)
        database.add(1)
        let query = "DELETE FROM users WHERE email = $1 RETURNING email"
        let entry = LegacySettings(name: "s", from: [], kind: .session(.init(query: query)))
        try await withDirectory(database.settings()) { directory in
            let outcome = await outcome {
                try await LegacyQueries([entry], on: directory).sessionUser(entry: 0, token: Secret("user1@example.com"))
            }
            guard case .failure(.away(let message)) = outcome else { return #expect(Bool(false)) }
            #expect(message.contains("25006") && !message.contains("user1"))
        }
        #expect(database.run("SELECT count(*) FROM users") == ["1"])
    }

    @Test(arguments: [Backend.postgresUUID, .sqliteText])
    func `sessions and revocations are answered, and a token is never quoted`(backend: Backend) async throws {
        let database = TestDatabase(backend)
        let type = backend.isPostgres ? "uuid" : "text"
        database.run("CREATE TABLE sessions (token \(type), user_id integer); CREATE TABLE revoked (jti \(type))")
        let token = "00000000-0000-4000-8000-00000000000a"
        database.run("INSERT INTO sessions VALUES ('\(token)', 7); INSERT INTO revoked VALUES ('\(token)')")
        var jwt = LegacySettings.JWT(algorithm: .hs256, keys: [], userIDClaim: "sub")
        jwt.revoked = "SELECT 1 FROM revoked WHERE jti = $1"
        let entries = [
            LegacySettings(name: "s", from: [], kind: .session(.init(query: "SELECT user_id FROM sessions WHERE token = $1"))),
            LegacySettings(name: "j", from: [], kind: .jwt(jwt)),
        ]
        try await withDirectory(database.settings()) { directory in
            let queries = LegacyQueries(entries, on: directory)
            let user = try await queries.sessionUser(entry: 0, token: Secret(token))
            #expect(user == UserID("7"))
            for other in ["00000000-0000-4000-8000-00000000000b", "' OR 1=1 --", "hunter2", "\u{0}"] {
                let nobody = try await queries.sessionUser(entry: 0, token: Secret(other))
                #expect(nobody == nil)
            }
            func standing(_ tokenID: String) async throws -> LegacyStanding {
                try await queries.standing(entry: 1, of: LegacyClaim(user: UserID("7"), tokenID: tokenID, issued: nil))
            }
            let (revoked, valid) = (try await standing(token), try await standing("00000000-0000-4000-8000-00000000000b"))
            #expect(revoked == .revoked && valid == .good)
            // What the database cannot be asked fails closed, as trouble on our side, and without the value.
            if backend.isPostgres {
                let outcome = await outcome { try await standing("hunter2") }
                guard case .failure(.away(let message)) = outcome else { return #expect(Bool(false)) }
                #expect(!message.contains("hunter2"))
            }
            let wrong = await outcome { try await queries.sessionUser(entry: 1, token: Secret(token)) }
            guard case .failure(.away) = wrong else { return #expect(Bool(false)) }
        }
    }

    @Test func `behind a pooler nothing is prepared and no session is changed`() async throws {
        let database = TestDatabase(.postgresUUID)
        database.add(1)
        try await withDirectory(database.settings { $0.prepared = false }) { directory in
            for _ in 0..<3 { _ = try await directory.user(database.backend.id(1)) }
            let outcomes = try await race(20) { _ in try await directory.link(database.backend.id(1), to: "user_a") }
            #expect(outcomes.count { $0.linked != nil } == 1)
        }
        #expect(database.countsOfLinks == "1/1/1")
    }

    @Test func `a settings mistake is said, and heals when the table is mended`() async throws {
        let database = TestDatabase(.postgresUUID)
        let settings = database.settings()
        let directory = try DirectoryThread(settings)
        defer { directory.stop() }
        try await onLoop {
            directory.start()
            await sleep(milliseconds: 500)
            let early = await outcome { try await directory.user(database.backend.id(1)) }
            guard case .failure(.away(let message)) = early else { return #expect(Bool(false), "\(String(describing: early))") }
            #expect(message.contains("segue schema apply"))
            _ = try await DirectorySchema(settings).apply()
            for _ in 0..<100 where !directory.health.isUp { await sleep(milliseconds: 100) }
            let late = try await directory.user(database.backend.id(1))
            #expect(late == nil)
        }
    }

    // MARK: Changes

    /// Waits, ten seconds at most, until the changes satisfy `condition`.
    private func heard(_ changes: Guarded<[DirectoryChange]>, _ condition: ([DirectoryChange]) -> Bool) async -> Bool {
        for _ in 0..<100 {
            if condition(changes.withLock { $0 }) { return true }
            await sleep(milliseconds: 100)
        }
        return false
    }

    @Test func `a link is heard of in every process, and a new connection means everything`() async throws {
        let database = TestDatabase(.postgresUUID)
        database.add(1)
        let id = database.backend.id(1)
        let changes = Guarded<[DirectoryChange]>([])
        let other = try DirectoryThread(database.settings())
        defer { other.stop() }
        other.onChange { change in changes.withLock { $0.append(change) } }
        try await withDirectory(database.settings()) { directory in
            other.start()
            // Who listens begins with it, and who reads what may have been announced in vain.
            let first = await heard(changes) { changes in changes.count { $0 == .everything } == 2 }
            #expect(first)
            _ = try await directory.link(id, to: "user_a")
            let link = await heard(changes) { $0.contains(.user(id)) && $0.contains(.clerkUser(ClerkUserID("user_a"))) }
            #expect(link)
            database.run(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            let again = await heard(changes) { changes in changes.count { $0 == .everything } == 3 }
            #expect(again)
            database.run("NOTIFY segue, 'something new'")
            let unknown = await heard(changes) { changes in changes.count { $0 == .everything } == 4 }
            #expect(unknown)
        }
    }

    @Test func `with SQLite a process hears of its own links`() async throws {
        let database = TestDatabase(.sqliteText)
        database.add(1)
        let changes = Guarded<[DirectoryChange]>([])
        try await withDirectory(database.settings()) { directory in
            directory.onChange { change in changes.withLock { $0.append(change) } }
            _ = try await directory.link(database.backend.id(1), to: "user_a")
        }
        let told = changes.withLock { $0 }.filter { $0 != .everything }
        #expect(told.starts(with: [.user(database.backend.id(1)), .clerkUser(ClerkUserID("user_a"))]))
    }

    @Test func `with SQLite a process hears of links that another makes and takes away`() async throws {
        let database = TestDatabase(.sqliteText)
        database.add(1, 2)
        let (one, two) = (database.backend.id(1), database.backend.id(2))
        let changes = Guarded<[DirectoryChange]>([])
        let other = try DirectoryThread(database.settings())
        defer { other.stop() }
        other.onChange { change in changes.withLock { $0.append(change) } }
        try await withDirectory(database.settings()) { directory in
            _ = try await directory.link(two, to: "user_b")
            other.start()
            let first = await heard(changes) { $0 == [.everything] }
            #expect(first)
            _ = try await directory.link(one, to: "user_a")
            let link = await heard(changes) { $0 == [.everything, .user(one), .clerkUser(ClerkUserID("user_a"))] }
            #expect(link)
            _ = try await directory.unlink(two, OperatorNote(actor: "ada", reason: "r"), at: UnixTime(seconds: 1))
            let unlink = await heard(changes) { $0.suffix(2) == [.user(two), .clerkUser(ClerkUserID("user_b"))] }
            #expect(unlink)
            // As in a database that was restored from a copy.
            database.run("DELETE FROM \(database.state("ledger")) WHERE clerk_user_id = 'user_b'")
            let restored = await heard(changes) { $0.last == .everything }
            #expect(restored)
        }
    }
}
