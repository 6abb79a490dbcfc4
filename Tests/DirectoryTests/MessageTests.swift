import Authentication
import Identity
import Migration
import PostgresTesting
import Settings
import Snapshot
import Sockets
import Telemetry
import Testing

@testable import Directory

/// What Clerk's messages do, in every backend.
@Suite("Session+Messages", .serialized) struct MessageTests {
    /// Later than any clock: a directory prunes by its own what is over.
    let noon = UnixTime(seconds: 4_102_444_800)

    func told(
        _ user: String, _ message: String, at updated: Int64, email: String? = nil, first: String? = "Ada",
        last: String? = "Lovelace",
        isBanned: Bool = false
    ) -> ClerkMessage {
        let user = ToldUser(
            id: ClerkUserID(user), updated: noon.adding(seconds: updated), email: email, firstName: first, lastName: last,
            isBanned: isBanned)
        return ClerkMessage(id: message, type: "user.updated", time: noon, event: .user(user))
    }

    func deleted(_ user: String, _ message: String = "msg_deleted") -> ClerkMessage {
        ClerkMessage(id: message, type: "user.deleted", time: noon, event: .userDeleted(ClerkUserID(user)))
    }

    func ended(_ session: String, _ message: String = "msg_ended") -> ClerkMessage {
        ClerkMessage(id: message, type: "session.ended", time: noon, event: .sessionOver(ClerkSessionID(session)))
    }

    static let names = """
        email text NOT NULL UNIQUE, role text NOT NULL DEFAULT 'user', is_active boolean NOT NULL DEFAULT true,
        clerk_user_id text, migrated_at timestamp, first_name varchar(20), name text NOT NULL DEFAULT ''
        """

    func syncing(_ database: TestDatabase) -> DirectorySettings {
        database.settings { settings in
            (settings.users.firstName, settings.users.name) = ("first_name", "name")
            settings.sync = [.email, .firstName, .name]
        }
    }

    @Test(arguments: Backend.allCases) func `a message is taken once, also by two at the same time`(backend: Backend) async throws {
        let database = TestDatabase(backend)
        try await withDirectory(database.settings()) { directory in
            let message = ended("sess_1")
            async let one = directory.take(message, at: noon)
            async let two = directory.take(message, at: noon)
            let effects = [try await one, try await two]
            #expect(Set(effects) == [.revoked, .duplicate])
            expect(try await directory.take(message, at: noon), is: .duplicate)
            expect(try await directory.standing(of: message), is: .duplicate)
            expect(try await directory.standing(of: ended("sess_1", "msg_other")), is: .new)
        }
    }

    @Test(arguments: Backend.allCases) func `an older state of a user undoes no newer one`(backend: Backend) async throws {
        let database = TestDatabase(backend, columns: Self.names)
        database.add(1)
        try await withDirectory(syncing(database)) { directory in
            _ = try await directory.link(backend.id(1), to: "user_a")
            expect(try await directory.take(told("user_a", "msg_2", at: 2, first: "Grace"), at: noon), is: .synced(backend.id(1)))
            let late = told("user_a", "msg_1", at: 1, first: "Ada")
            expect(try await directory.standing(of: late), is: .outdated)
            expect(try await directory.take(late, at: noon), is: .outdated)
            expect(try await directory.take(told("user_a", "msg_3", at: 2, first: "Grace"), at: noon), is: .nothing)
        }
        #expect(database.run("SELECT first_name, name FROM users") == ["Grace|Grace Lovelace"])
    }

    @Test(arguments: Backend.allCases) func `only listed columns follow, and no address that another row has`(backend: Backend)
        async throws
    {
        let database = TestDatabase(backend, columns: Self.names)
        database.add(1, 2)
        try await withDirectory(syncing(database)) { directory in
            _ = try await directory.link(backend.id(1), to: "user_a")
            let long = String(repeating: "A", count: 30)
            _ = try await directory.take(told("user_a", "msg_1", at: 1, email: "USER2@example.com", first: long), at: noon)
            expect(try await directory.user(backend.id(1))?.email, is: "user1@example.com")
            _ = try await directory.take(told("user_a", "msg_2", at: 2, email: "new@example.com", first: nil, last: nil), at: noon)
            expect(try await directory.user(backend.id(1))?.email, is: "new@example.com")
            // Nobody's row.
            expect(try await directory.take(told("user_z", "msg_3", at: 1, email: "z@example.com"), at: noon), is: .nothing)
        }
        #expect(
            database.run("SELECT email, substr(first_name, 1, 20), name FROM users WHERE email LIKE 'new%'") == [
                "new@example.com|AAAAAAAAAAAAAAAAAAAA|\(String(repeating: "A", count: 30)) Lovelace"
            ])
        #expect(database.run("SELECT count(*) FROM users WHERE migrated_at IS NOT NULL") == ["1"])
    }

    @Test(arguments: Backend.allCases) func `what the table does not take in this row leaves the rest of the event`(
        backend: Backend
    )
        async throws
    {
        let database = TestDatabase(backend, columns: Self.names + ", CHECK (length(name) < 12)")
        database.add(1)
        try await withDirectory(syncing(database)) { directory in
            _ = try await directory.link(backend.id(1), to: "user_a")
            let long = told("user_a", "msg_1", at: 1, email: "new@example.com", first: "Wilhelmina", isBanned: true)
            guard case .syncRefused(backend.id(1), let reason) = try await directory.take(long, at: noon) else {
                Issue.record("not refused")
                return
            }
            #expect(!reason.contains("Wilhelmina"))
            expect(try await directory.revocations(at: noon).map(\.subject), is: ["user_a"])
            expect(try await directory.take(long, at: noon), is: .duplicate)
            let short = told("user_a", "msg_2", at: 2, email: "new@example.com", last: nil)
            expect(try await directory.take(short, at: noon), is: .synced(backend.id(1)))
        }
        #expect(database.run("SELECT name, email FROM users") == ["Ada|new@example.com"])
    }

    @Test func `what our role may not do is trouble, and who was banned is signed out all the same`() async throws {
        let database = TestDatabase(.postgresUUID, columns: Self.names)
        database.add(1)
        try await withDirectory(syncing(database)) { directory in
            _ = try await directory.link(Backend.postgresUUID.id(1), to: "user_a")
            // Not the row's fault, and it may be mended: a column is away.
            database.run("ALTER TABLE users RENAME first_name TO given_name")
            let message = told("user_a", "msg_1", at: 1, isBanned: true)
            await #expect(throws: Unavailable.self) { try await directory.take(message, at: noon) }
            expect(try await directory.revocations(at: noon).map(\.subject), is: ["user_a"])
            database.run("ALTER TABLE users RENAME given_name TO first_name")
            expect(try await directory.take(message, at: noon), is: .synced(Backend.postgresUUID.id(1)))
        }
    }

    @Test(arguments: Backend.allCases) func `revocations end, and what is long over is forgotten`(backend: Backend) async throws {
        let database = TestDatabase(backend)
        try await withDirectory(database.settings()) { directory in
            _ = try await directory.take(ended("sess_1"), at: noon)
            _ = try await directory.take(told("user_a", "msg_banned", at: 1, isBanned: true), at: noon)
            let all = try await directory.revocations(at: noon.adding(seconds: 69))
            #expect(Set(all.map(\.subject)) == ["sess_1", "user_a"])
            expect(try await directory.revocations(at: noon.adding(seconds: 70)), is: [])
        }
        try await withSession(database.settings()) { session in
            try await session.pruneMessages(at: noon.adding(seconds: 86_400 * 30))
        }
        #expect(database.run("SELECT count(*) FROM \(database.state("clerk_messages"))") == ["2"])
        #expect(database.run("SELECT count(*) FROM \(database.state("revocations"))") == ["0"])
        try await withSession(database.settings()) { session in
            try await session.pruneMessages(at: noon.adding(seconds: 86_400 * 30 + 1))
        }
        #expect(database.run("SELECT count(*) FROM \(database.state("clerk_messages"))") == ["0"])
    }

    private func withSession(
        _ settings: DirectorySettings, _ body: @escaping @Sendable (Session) async throws -> Void
    ) async throws {
        try await onLoop {
            let session = try await SessionEntrance(settings: settings, kind: .links).open()
            defer { session.close() }
            try await body(session)
        }
    }

    @Test(arguments: [Backend.postgresUUID, .sqliteText]) func `what a process is told in vain it reads`(backend: Backend)
        async throws
    {
        let database = TestDatabase(backend)
        database.add(1)
        let changes = Guarded<[DirectoryChange]>([])
        // Nobody listens there: no announcement ever arrives.
        let deaf = try DirectoryThread(database.settings { $0.directURL = Secret("postgresql://127.0.0.1:1/nobody") })
        defer { deaf.stop() }
        deaf.onChange { change in changes.withLock { $0.append(change) } }
        @Sendable func heard(_ change: DirectoryChange) async {
            for _ in 0..<500 where !changes.withLock({ $0.contains(change) }) { await sleep(milliseconds: 20) }
            #expect(changes.withLock { $0.contains(change) })
        }
        try await withDirectory(database.settings()) { directory in
            deaf.start()
            await heard(.everything)
            _ = try await directory.link(backend.id(1), to: "user_a")
            await heard(.user(backend.id(1)))
            _ = try await directory.take(ended("sess_1"), at: noon)
            await heard(.revocations)
            changes.withLock { $0 = [] }
            _ = try await directory.take(deleted("user_a"), at: noon)
            await heard(.clerkUser(ClerkUserID("user_a")))
            await heard(.revocations)
        }
        #expect(!changes.withLock { $0.contains(.everything) })
    }

    @Test func `an entry of the ledger that is committed behind a later one is not missed`() async throws {
        let database = TestDatabase(.postgresUUID)
        @Sendable func entry(_ id: Int, _ user: String) {
            database.run(
                "INSERT INTO segue.ledger (id, at, actor, action, user_id) OVERRIDING SYSTEM VALUE VALUES (\(id), now(), 'x', 'link', '\(user)')"
            )
        }
        try await withDirectory(database.settings()) { _ in entry(100, "a") }
        try await withSession(database.settings()) { session in
            var followed = try await session.changes(since: nil).now
            entry(102, "c")
            var changes: [DirectoryChange]
            (changes, followed) = try await session.changes(since: followed)
            #expect(changes == [.user(UserID("c"))])
            entry(101, "b")
            (changes, followed) = try await session.changes(since: followed)
            #expect(changes == [.user(UserID("b"))])
            (changes, followed) = try await session.changes(since: followed)
            #expect(changes == [])
            database.run("DELETE FROM segue.ledger WHERE id > 100")
            #expect(try await session.changes(since: followed).changes == [.everything])
        }
    }

    @Test(arguments: Backend.allCases) func `what is older than the state that a row was made of changes nothing`(backend: Backend)
        async throws
    {
        let database = TestDatabase(backend, columns: Self.names)
        database.add(1)
        var settings = syncing(database)
        settings.linking.unknown = .provision
        settings.provision = .init(id: backend.isInteger ? .default : .uuid, columns: [])
        database.run(backend == .postgresInteger ? "ALTER TABLE users ALTER id RESTART WITH 100" : "SELECT 1")
        try await withDirectory(settings) { directory in
            let new = NewUser(
                clerkUser: ClerkUserID("user_b"), email: "b@x.org", firstName: "Bea", lastName: nil,
                clerkUserUpdated: noon.adding(seconds: 5), requestID: "r", time: noon)
            let made = try #require(try await directory.provision(new).linked).id
            let row = try #require(try await directory.user(backend.id(1)))
            let link = NewLink(
                row: row, clerkUser: ClerkUserID("user_a"), rule: "verified_email", needsSoleEmail: true, requestID: "r",
                time: noon,
                clerkUserUpdated: noon.adding(seconds: 5))
            _ = try await directory.link(link)
            for user in ["user_a", "user_b"] {
                expect(try await directory.isTold(of: ClerkUserID(user)), is: true)
                expect(
                    try await directory.take(told(user, "msg_4_" + user, at: 4, email: user + "@old.org"), at: noon), is: .outdated)
            }
            expect(try await directory.take(told("user_b", "msg_6", at: 6, email: "new@x.org"), at: noon), is: .synced(made))
            expect(try await directory.isTold(of: ClerkUserID("user_z")), is: false)
        }
        #expect(database.run("SELECT count(*) FROM users WHERE email LIKE '%old.org'") == ["0"])
    }

    @Test func `who was signed out is heard of in every process`() async throws {
        let database = TestDatabase(.postgresUUID)
        let changes = Guarded<[DirectoryChange]>([])
        let other = try DirectoryThread(database.settings())
        defer { other.stop() }
        other.onChange { change in changes.withLock { $0.append(change) } }
        try await withDirectory(database.settings()) { directory in
            other.start()
            for _ in 0..<500 where changes.withLock({ $0.isEmpty }) { await sleep(milliseconds: 20) }
            _ = try await directory.take(ended("sess_1"), at: noon)
            for _ in 0..<500 where !changes.withLock({ $0.contains(.revocations) }) { await sleep(milliseconds: 20) }
        }
        #expect(changes.withLock { Set($0) } == [.everything, .revocations])
    }
}

/// In a closure that may throw anything, `#expect` takes no call that throws.
func expect<Value: Equatable>(_ found: Value, is expected: Value, at location: SourceLocation = #_sourceLocation) {
    #expect(found == expected, sourceLocation: location)
}
