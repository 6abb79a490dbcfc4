import Authentication
import Directory
import Identity
import PostgresTesting
import Settings
import Telemetry
import Testing

/// What a link transaction makes of everything that happens at the same time.
@Suite(.serialized) struct LinkFindingsTests {
    @Test(arguments: Backend.allCases) func `a row that changed between proof and link is not linked`(backend: Backend) async throws
    {
        let database = TestDatabase(backend)
        database.run("ALTER TABLE users ADD COLUMN is_verified boolean NOT NULL DEFAULT true")
        // What another replica, the application or an administrator does after the rules have read the row. LONG S is S to
        // Unicode, and nobody to us.
        let changes = [
            "UPDATE users SET email = 'attacker@x.org'", "UPDATE users SET email = 'u\u{17F}er2@example.com'",
            "UPDATE users SET role = 'admin'", "UPDATE users SET is_verified = false", "UPDATE users SET is_active = false",
            "DELETE FROM users",
        ]
        try await withDirectory(database.settings { $0.users.emailVerified = "is_verified" }) { directory in
            for (number, change) in zip(1..., changes) {
                database.add(number)
                let row = try #require(try await directory.user(backend.id(number)))
                database.run("\(change) WHERE id = '\(row.id.text)'")
                let outcome = try await directory.link(newLink(row, "user_a"))
                #expect(outcome == .changed, "\(change)")
            }
        }
        #expect(database.countsOfLinks == "0/0/0")
    }

    @Test(arguments: Backend.allCases) func `a second row with the address, made between proof and link, stops the link`(
        backend: Backend
    ) async throws {
        let database = TestDatabase(backend)
        database.add(1)
        try await withDirectory(database.settings()) { directory in
            let row = try #require(try await directory.user(backend.id(1)))
            database.add(2, email: { _ in "USER1@example.com" })
            let outcome = try await directory.link(newLink(row, "user_a"))
            #expect(outcome == .changed)
            // A proof that names the row by other means does not mind.
            let named = NewLink(
                row: row, clerkUser: ClerkUserID("user_a"), rule: "external_id", needsSoleEmail: false, requestID: "r", time: noon)
            let linked = try await directory.link(named)
            #expect(linked.linked?.id == row.id)
        }
        #expect(database.countsOfLinks == "1/1/1")
    }

    @Test(arguments: Backend.allCases) func `a row that another Clerk user got between proof and link is theirs`(backend: Backend)
        async throws
    {
        let database = TestDatabase(backend)
        database.add(1)
        try await withDirectory(database.settings()) { directory in
            let row = try #require(try await directory.user(backend.id(1)))
            database.run("UPDATE users SET clerk_user_id = 'user_b'")
            let outcome = try await directory.link(newLink(row, "user_a"))
            #expect(outcome == .rowTaken)
        }
        #expect(database.run("SELECT clerk_user_id FROM users") == ["user_b"])
    }

    @Test(arguments: Backend.allCases)
    func `two hundred first requests of one Clerk user in two processes make one link`(backend: Backend) async throws {
        let database = TestDatabase(backend)
        database.add(1)
        let settings = database.settings()
        let second = try DirectoryThread(settings)
        defer { second.stop() }
        try await withDirectory(settings) { first in
            second.start()
            let outcomes = try await race(200) { index in
                try await patiently { () async throws(Unavailable) in
                    try await (index % 2 == 0 ? first : second).link(backend.id(1), to: "user_a")
                }
            }
            #expect(outcomes.areOneLink(of: 200))
            #expect(outcomes.allSatisfy { ($0.linked ?? $0.existing)?.id == backend.id(1) })
        }
        #expect(database.countsOfLinks == "1/1/1")
    }

    @Test(arguments: Backend.allCases) func `of many Clerk users for one row, one gets it`(backend: Backend) async throws {
        let database = TestDatabase(backend)
        database.add(1)
        try await withDirectory(database.settings()) { directory in
            let outcomes = try await race(50) { index in try await directory.link(backend.id(1), to: "user_\(index)") }
            #expect(outcomes.count { $0.linked != nil } == 1 && outcomes.count { $0 == .rowTaken } == 49)
        }
        #expect(database.countsOfLinks == "1/1/1")
    }

    @Test(arguments: Backend.allCases) func `of many rows for one Clerk user, the first is theirs`(backend: Backend) async throws {
        let database = TestDatabase(backend)
        database.add(1, 2, 3, 4, 5)
        try await withDirectory(database.settings()) { directory in
            let outcomes = try await race(50) { index in try await directory.link(backend.id(index % 5 + 1), to: "user_a") }
            #expect(outcomes.count { $0.linked != nil } == 1 && outcomes.count { $0.existing != nil } == 49)
        }
        #expect(database.countsOfLinks == "1/1/1")
    }
}
