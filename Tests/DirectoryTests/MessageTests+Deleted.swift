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

/// What becomes of the row of a user whom Clerk has deleted.
extension MessageTests {
    @Test(arguments: Backend.allCases) func `a column that takes no for an answer badly gives way to a tombstone`(backend: Backend)
        async throws
    {
        let database = TestDatabase(backend)
        database.add(1)
        database.run(
            backend.isPostgres
                ? "ALTER TABLE users ADD CHECK (is_active)"
                : "CREATE TRIGGER stays BEFORE UPDATE OF is_active ON users BEGIN SELECT RAISE(ABORT, 'no'); END")
        try await withDirectory(database.settings()) { directory in
            _ = try await directory.link(backend.id(1), to: "user_a")
            expect(try await directory.take(deleted("user_a"), at: noon), is: .deactivated(backend.id(1)))
            expect(try await directory.user(backend.id(1))?.isActive, is: false)
        }
    }

    @Test(arguments: Backend.allCases) func `a record beside another row does not keep a deleted user's from being inactive`(
        backend: Backend
    ) async throws {
        let database = TestDatabase(backend)
        database.add(1, 2)
        try await withDirectory(database.settings { $0.users.active = nil }) { directory in
            _ = try await directory.link(backend.id(2), to: "user_a")
            database.run("UPDATE users SET clerk_user_id = NULL")
            database.run("UPDATE users SET clerk_user_id = 'user_a' WHERE id = '\(backend.id(1).text)'")
            expect(try await directory.take(deleted("user_a"), at: noon), is: .deactivated(backend.id(1)))
            expect(try await directory.user(backend.id(1))?.isActive, is: false)
            expect(try await directory.user(backend.id(2))?.isActive, is: true)
        }
    }

    @Test(arguments: Backend.allCases) func `a deleted user's row is inactive, by its column`(backend: Backend) async throws {
        let database = TestDatabase(backend)
        database.add(1)
        try await withDirectory(database.settings()) { directory in
            _ = try await directory.link(backend.id(1), to: "user_a")
            expect(try await directory.take(deleted("user_a"), at: noon), is: .deactivated(backend.id(1)))
            let row = try await directory.user(backend.id(1))
            #expect(row?.isActive == false && row?.clerkUser == ClerkUserID("user_a"))
            expect(try await directory.revocations(at: noon), is: [Revocation("user_a", until: noon.adding(seconds: 70))])
        }
        #expect(database.run("SELECT count(*) FROM \(database.state("links")) WHERE tombstoned_at IS NOT NULL") == ["0"])
        #expect(
            database.run("SELECT action, rule, request_id FROM \(database.state("ledger")) WHERE action <> 'link'")
                == ["deactivate|user.deleted|msg_deleted"])
    }

    @Test(arguments: Backend.allCases) func `without such a column a tombstone says so, also of a link that Segue did not make`(
        backend: Backend
    ) async throws {
        let database = TestDatabase(backend)
        database.add(1)
        database.run("UPDATE users SET clerk_user_id = 'user_a'")
        try await withDirectory(database.settings { $0.users.active = nil }) { directory in
            expect(try await directory.take(deleted("user_a"), at: noon), is: .deactivated(backend.id(1)))
            expect(try await directory.user(backend.id(1))?.isActive, is: false)
        }
        #expect(database.run("SELECT rule FROM \(database.state("links")) WHERE tombstoned_at IS NOT NULL") == ["found"])
    }

    @Test(arguments: Backend.allCases) func `it is unlinked where the settings say so, and nobody links it again`(backend: Backend)
        async throws
    {
        let database = TestDatabase(backend)
        database.add(1)
        try await withDirectory(database.settings { $0.linking.afterDelete = .unlink }) { directory in
            _ = try await directory.link(backend.id(1), to: "user_a")
            expect(try await directory.take(deleted("user_a"), at: noon), is: .unlinked(backend.id(1)))
            expect(try await directory.user(backend.id(1))?.clerkUser, is: nil)
            expect(try await directory.link(backend.id(1), to: "user_a"), is: .deleted)
            let late = told("user_a", "msg_late", at: 99)
            expect(try await directory.standing(of: late), is: .outdated)
            expect(try await directory.take(late, at: noon), is: .outdated)
            // The person may come back as somebody new.
            let anew = try await directory.link(backend.id(1), to: "user_b")
            #expect(anew.linked != nil)
        }
        #expect(database.run("SELECT action FROM \(database.state("ledger")) ORDER BY id") == ["link", "unlink", "link"])
    }

    @Test(arguments: [Backend.postgresText, .sqliteText]) func `where the id is Clerk's, a deleted user's row is inactive too`(
        backend: Backend
    ) async throws {
        let database = TestDatabase(backend, columns: "email text NOT NULL, updated_at timestamp")
        let settings = database.settings { settings in
            settings.users = .init()
            (settings.users.email, settings.users.clerkUserID, settings.users.updatedAt) = ("email", "id", "updated_at")
            (settings.linking.unknown, settings.linking.afterDelete) = (.provision, .unlink)
            (settings.provision, settings.sync) = (.init(id: .clerk, columns: []), [.email])
        }
        try await withDirectory(settings) { directory in
            let new = NewUser(
                clerkUser: ClerkUserID("user_a"), email: "a@x.org", firstName: nil, lastName: nil, requestID: "r",
                time: noon.adding(seconds: -1))
            _ = try await directory.provision(new)
            expect(
                try await directory.take(told("user_a", "msg_1", at: 1, email: "b@x.org"), at: noon), is: .synced(UserID("user_a")))
            expect(try await directory.take(deleted("user_a"), at: noon), is: .deactivated(UserID("user_a")))
            expect(try await directory.user(UserID("user_a"))?.isActive, is: false)
        }
        #expect(database.run("SELECT count(*) FROM users WHERE email = 'b@x.org' AND updated_at IS NOT NULL") == ["1"])
        #expect(database.run("SELECT count(*) FROM \(database.state("links")) WHERE tombstoned_at IS NOT NULL") == ["1"])
    }

    @Test(arguments: Backend.allCases) func `a message that comes before the link prevents it`(backend: Backend) async throws {
        let database = TestDatabase(backend)
        database.add(1)
        let settings = database.settings { settings in
            settings.linking.unknown = .provision
            settings.provision = .init(id: backend.isInteger ? .default : .uuid, columns: [])
        }
        try await withDirectory(settings) { directory in
            expect(try await directory.take(deleted("user_a"), at: noon), is: .revoked)
            expect(try await directory.link(backend.id(1), to: "user_a"), is: .deleted)
            let new = NewUser(
                clerkUser: ClerkUserID("user_a"), email: "a@x.org", firstName: nil, lastName: nil, requestID: "r", time: noon)
            expect(try await directory.provision(new), is: .deleted)
        }
        #expect(database.countsOfLinks == "0/0/0")
    }

    @Test(arguments: Backend.allCases) func `a row is removed where Segue made it and nothing points at it`(backend: Backend)
        async throws
    {
        let database = TestDatabase(backend)
        database.add(1)
        let settings = database.settings { settings in
            (settings.linking.unknown, settings.linking.afterDelete) = (.provision, .remove)
            settings.provision = .init(id: backend.isInteger ? .default : .uuid, columns: [])
            if backend == .postgresInteger { settings.provision = .init(id: .default, columns: []) }
        }
        database.run(backend == .postgresInteger ? "ALTER TABLE users ALTER id RESTART WITH 100" : "SELECT 1")
        try await withDirectory(settings) { directory in
            func provision(_ name: String) async throws -> UserID {
                let new = NewUser(
                    clerkUser: ClerkUserID("user_" + name), email: name + "@x.org", firstName: nil, lastName: nil, requestID: "r",
                    time: noon)
                return try #require(try await directory.provision(new).linked).id
            }
            _ = try await directory.link(backend.id(1), to: "user_a")
            expect(try await directory.take(deleted("user_a", "msg_a"), at: noon), is: .deactivated(backend.id(1)))
            let made = try await provision("b")
            expect(try await directory.take(deleted("user_b", "msg_b"), at: noon), is: .removed(made))
            expect(try await directory.user(made), is: nil)
            guard backend.isPostgres else { return }
            let busy = try await provision("c")
            database.run("CREATE TABLE notes (owner \(backend.idType.prefix { $0 != " " }) REFERENCES users)")
            database.run("INSERT INTO notes VALUES ('\(busy.text)')")
            expect(try await directory.take(deleted("user_c", "msg_c"), at: noon), is: .deactivated(busy))
            expect(try await directory.user(busy)?.isActive, is: false)
        }
    }

    @Test(arguments: Backend.allCases, ["CASCADE", "SET NULL"])
    func `rows of the application's go with no removed row`(backend: Backend, rule: String) async throws {
        let database = TestDatabase(backend)
        let settings = database.settings { settings in
            (settings.linking.unknown, settings.linking.afterDelete) = (.provision, .remove)
            settings.provision = .init(id: backend.isInteger ? .default : .uuid, columns: [])
        }
        let type = backend.idType.prefix { $0 != " " }
        database.run("CREATE TABLE notes (owner \(type) REFERENCES users (id) ON DELETE \(rule), body text)")
        try await withDirectory(settings) { directory in
            let new = NewUser(
                clerkUser: ClerkUserID("user_a"), email: "a@x.org", firstName: nil, lastName: nil, requestID: "r", time: noon)
            let made = try #require(try await directory.provision(new).linked).id
            database.run("INSERT INTO notes VALUES ('\(made.text)', 'my diary')")
            expect(try await directory.take(deleted("user_a"), at: noon), is: .deactivated(made))
            expect(try await directory.user(made)?.isActive, is: false)
            #expect(database.run("SELECT owner FROM notes") == [made.text])
        }
    }
}
