import Authentication
import Directory
import Identity
import PostgresTesting
import Settings
import Testing

/// Links in a mapping table beside the column or instead of it, or in no place but Segue's own.
@Suite(.serialized) struct MappingTests {
    private func database(_ backend: Backend) -> TestDatabase {
        let database = TestDatabase(backend)
        let id = backend.idType.split(separator: " ")[0]
        database.run(
            "CREATE TABLE user_clerk_mappings (user_id \(id) NOT NULL REFERENCES users (id), clerk_user_id text NOT NULL, created_at timestamp)"
        )
        database.add(1, 2)
        return database
    }

    private func settings(_ database: TestDatabase, column: Bool) -> DirectorySettings {
        database.settings { settings in
            settings.mapping = .init(table: "user_clerk_mappings", userID: "user_id", clerkUserID: "clerk_user_id")
            settings.mapping?.createdAt = "created_at"
            if !column { settings.users.clerkUserID = nil }
        }
    }

    @Test(arguments: Backend.allCases, [true, false]) func `a link is written to the mapping in the same transaction`(
        backend: Backend, column: Bool
    ) async throws {
        let database = database(backend)
        try await withDirectory(settings(database, column: column)) { directory in
            let outcome = try await directory.link(backend.id(1), to: "user_a")
            #expect(outcome.linked?.clerkUser == ClerkUserID("user_a"))
            let found = try await directory.user(linkedTo: ClerkUserID("user_a"))
            #expect(found?.id == backend.id(1))
            let taken = try await directory.link(backend.id(1), to: "user_b")
            #expect(taken == .rowTaken)
            let second = try await directory.link(backend.id(2), to: "user_a")
            #expect(second.existing?.id == backend.id(1))
            let counts = try await directory.migrationCounts()
            #expect(counts == MigrationCounts(total: 2, migrated: 1))
        }
        #expect(database.run("SELECT user_id, clerk_user_id FROM user_clerk_mappings") == ["\(backend.id(1).text)|user_a"])
        #expect(database.run("SELECT count(*) FROM user_clerk_mappings WHERE created_at IS NOT NULL") == ["1"])
        #expect(database.countsOfLinks == (column ? "1/1/1" : "1/0/1"))
    }

    @Test(arguments: Backend.allCases) func `a mapping that contradicts the column is left to a person`(backend: Backend)
        async throws
    {
        let database = database(backend)
        database.run("INSERT INTO user_clerk_mappings VALUES ('\(backend.id(1).text)', 'user_other', NULL)")
        try await withDirectory(settings(database, column: true)) { directory in
            let outcome = try await directory.link(backend.id(1), to: "user_a")
            #expect(outcome == .rowTaken)
        }
        #expect(database.countsOfLinks == "0/0/0")
    }

    @Test(arguments: Backend.allCases) func `two hundred requests make one mapping`(backend: Backend) async throws {
        let database = database(backend)
        try await withDirectory(settings(database, column: false)) { directory in
            let outcomes = try await race(200) { index in
                try await patiently { () async throws(Unavailable) in
                    try await directory.link(backend.id(index % 2 + 1), to: "user_a")
                }
            }
            #expect(outcomes.areOneLink(of: 200))
        }
        #expect(database.run("SELECT count(*) FROM user_clerk_mappings") == ["1"])
    }

    @Test(arguments: Backend.allCases) func `without column and mapping Segue's own table holds the links`(
        backend: Backend
    ) async throws {
        let database = database(backend)
        try await withDirectory(database.settings { $0.users.clerkUserID = nil }) { directory in
            let outcome = try await directory.link(backend.id(1), to: "user_a")
            #expect(outcome.linked?.clerkUser == ClerkUserID("user_a"))
            let taken = try await directory.link(backend.id(1), to: "user_b")
            #expect(taken == .rowTaken)
            let counts = try await directory.migrationCounts()
            #expect(counts == MigrationCounts(total: 2, migrated: 1))
        }
        #expect(database.countsOfLinks == "1/0/1")
    }
}
