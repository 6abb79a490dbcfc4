import Authentication
import Identity
import PostgresTesting
import Settings
import Testing

@testable import Directory

/// What every backend promises about finding people. Each test gets a database of its own.
@Suite(.serialized) struct LookUpTests {
    @Test(arguments: Backend.allCases) func `a user is found by id, by Clerk user and by e-mail`(backend: Backend) async throws {
        let database = TestDatabase(backend)
        database.add(1, 2)
        database.run("UPDATE users SET clerk_user_id = 'user_a', role = 'admin' WHERE email = 'user2@example.com'")
        try await withDirectory(database.settings()) { directory in
            let first = DirectoryUser(
                id: backend.id(1), email: "user1@example.com", isEmailVerified: nil, role: "user", isActive: true, clerkUser: nil)
            let second = DirectoryUser(
                id: backend.id(2), email: "user2@example.com", isEmailVerified: nil, role: "admin", isActive: true,
                clerkUser: ClerkUserID("user_a"))
            let byID = try await directory.user(backend.id(1))
            #expect(byID == first)
            let byClerkUser = try await directory.user(linkedTo: ClerkUserID("user_a"))
            #expect(byClerkUser == second)
            let byEmail = try await directory.users(withEmail: "USER2@Example.COM")
            #expect(byEmail == [second])
            let nobody = try await directory.user(linkedTo: ClerkUserID("user_b"))
            #expect(nobody == nil)
        }
    }

    @Test(arguments: Backend.allCases) func `a text that cannot be an id is nobody's`(backend: Backend) async throws {
        let database = TestDatabase(backend)
        database.add(1)
        try await withDirectory(database.settings()) { directory in
            for text in backend.impossibleIDs {
                let found = try await directory.user(UserID(text))
                #expect(found == nil, "\(text)")
                let outcome = try await directory.link(UserID(text), to: "user_a")
                #expect(outcome == .changed, "\(text)")
            }
            let nobody = try await directory.user(linkedTo: ClerkUserID("user_\u{0}"))
            #expect(nobody == nil)
        }
    }

    @Test func `a UUID in upper case is the same id, and goes on as PostgreSQL prints it`() async throws {
        let database = TestDatabase(.postgresUUID)
        database.run("INSERT INTO users (id, email) VALUES ('abcdefab-0000-4000-8000-000000000001', 'a@x.org')")
        try await withDirectory(database.settings()) { directory in
            let shouted = UserID("ABCDEFAB-0000-4000-8000-000000000001")
            let found = try await directory.user(shouted)
            #expect(found?.id == UserID("abcdefab-0000-4000-8000-000000000001"))
            _ = try await directory.link(shouted, to: "user_a")
        }
        #expect(database.run("SELECT user_id FROM segue.links") == ["abcdefab-0000-4000-8000-000000000001"])
    }

    @Test(arguments: Backend.allCases) func `e-mails are folded in ASCII and nowhere else`(backend: Backend) async throws {
        let database = TestDatabase(backend)
        // KELVIN SIGN folds to k in Unicode, DOTLESS I to I in some places, É to é in most.
        database.add(1, 2, 3, 4, email: { ["kim@x.org", "\u{212A}im@x.org", "m\u{131}ke@x.org", "ren\u{C9}@x.org"][$0 - 1] })
        try await withDirectory(database.settings()) { directory in
            for (email, expected) in [
                ("KIM@X.ORG", [1]), ("\u{212A}IM@x.org", [2]), ("MIKE@x.org", []), ("m\u{131}KE@X.org", [3]),
                ("ren\u{E9}@x.org", []),
                ("REN\u{C9}@X.ORG", [4]), (" kim@x.org", []), ("kim@x.org ", []), ("%@x.org", []), ("kim@x.org\u{0}", []),
            ] {
                let found = try await directory.users(withEmail: email)
                #expect(found.map(\.id) == expected.map(backend.id), "\(email)")
            }
        }
    }

    @Test(arguments: Backend.allCases) func `of three rows with one e-mail two are returned`(backend: Backend) async throws {
        let database = TestDatabase(backend)
        database.add(1, 2, 3, email: { ["a@x.org", "A@x.org", "a@X.org"][$0 - 1] })
        try await withDirectory(database.settings()) { directory in
            let found = try await directory.users(withEmail: "a@x.org")
            #expect(found.count == 2)
        }
    }

    @Test(arguments: Backend.allCases) func `an empty Clerk user id is no link`(backend: Backend) async throws {
        let database = TestDatabase(backend)
        database.add(1)
        database.run("UPDATE users SET clerk_user_id = ''")
        try await withDirectory(database.settings()) { directory in
            let user = try await directory.user(backend.id(1))
            #expect(user?.clerkUser == nil)
            let nobody = try await directory.user(linkedTo: ClerkUserID(""))
            #expect(nobody == nil)
        }
    }

    @Test(arguments: Backend.allCases) func `the counts of an empty table are zero, and of others true`(backend: Backend)
        async throws
    {
        let database = TestDatabase(backend)
        try await withDirectory(database.settings()) { directory in
            let empty = try await directory.migrationCounts()
            #expect(empty == MigrationCounts(total: 0, migrated: 0) && empty.percentage == 0)
            database.add(1, 2, 3, 4)
            _ = try await directory.link(backend.id(1), to: "user_a")
            let counts = try await directory.migrationCounts()
            #expect(counts == MigrationCounts(total: 4, migrated: 1) && counts.percentage == 25 && counts.notMigrated == 3)
        }
    }

    @Test(arguments: [Backend.postgresUUID, .postgresInteger, .postgresText], ["column", "mapping", "links"])
    func `nobody is looked for in the whole table`(backend: Backend, source: String) async throws {
        let database = TestDatabase(backend)
        let id = backend.idType.split(separator: " ")[0]
        database.run("CREATE TABLE mappings (user_id \(id) NOT NULL, clerk_user_id text NOT NULL)")
        let settings = database.settings { settings in
            if source != "column" { settings.users.clerkUserID = nil }
            if source == "mapping" {
                settings.mapping = .init(table: "mappings", userID: "user_id", clerkUserID: "clerk_user_id")
            }
        }
        try await onLoop {
            _ = try await DirectorySchema(settings).apply()
            let connection = try await PostgresSQL(to: database.url, prepared: false, isReadOnly: true)
            defer { connection.close() }
            try await connection.rows("SET enable_seqscan = off")
            let users = try await UsersTable(settings, on: connection)
            let lookUps = [
                (users.byID, backend.id(1).text), (users.byClerkUser, "user_a"), (try #require(users.byEmail), "a@x.org"),
            ]
            for (question, value) in lookUps {
                let plan = try await connection.rows("EXPLAIN " + question, [value]).map { $0[0] ?? "" }
                // An index that is read from end to end has no condition.
                let scans = plan.count { $0.contains("Scan") && !$0.contains("Bitmap Heap") }
                let conditions = plan.count { $0.contains("Index Cond") }
                #expect(scans == conditions, "\(question)\n\(plan.joined(separator: "\n"))")
            }
        }
    }
}
