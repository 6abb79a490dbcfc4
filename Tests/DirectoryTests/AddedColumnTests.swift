import Authentication
import Directory
import Identity
import PostgresTesting
import Settings
import Testing

/// `segue schema apply --add`, and what `revert` takes back of it.
@Suite(.serialized) struct AddedColumnTests {
    static let backends = [Backend.postgresUUID, .sqliteText]

    private func schema<Answer: Sendable>(
        _ settings: DirectorySettings, _ body: @escaping @Sendable (DirectorySchema) async throws -> Answer
    ) async throws -> Answer {
        try await onLoop { try await body(DirectorySchema(settings)) }
    }

    private func settings(_ database: TestDatabase) -> DirectorySettings {
        database.settings { settings in
            settings.users.firstName = "first_name"
            settings.users.emailVerified = "verified"
            settings.users.updatedAt = "updated_at"
        }
    }

    private func columns(_ database: TestDatabase) -> [String] {
        database.run(
            database.backend.isPostgres
                ? "SELECT attname FROM pg_attribute WHERE attrelid = 'users'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum"
                : "SELECT name FROM pragma_table_info('users')")
    }

    @Test(arguments: backends) func `missing columns are added, unique from the start, and taken back`(backend: Backend)
        async throws
    {
        let database = TestDatabase(backend, columns: "email text, role text, is_active boolean")
        database.add(1)
        let before = columns(database)
        let settings = settings(database)
        let planned = try await schema(settings) { try await $0.plan(adds: true) }
        #expect(columns(database) == before, "a plan changes nothing")
        let applied = try await schema(settings) { try await $0.apply(adds: true) }
        #expect(planned == applied)
        #expect(
            Set(columns(database)).subtracting(before) == ["clerk_user_id", "migrated_at", "first_name", "verified", "updated_at"])
        #expect(applied.contains { $0.contains("UNIQUE INDEX") && $0.contains("clerk_user_id") })
        let problems = try await schema(settings) { try await $0.problems() }
        let again = try await schema(settings) { try await $0.apply(adds: true) }
        #expect(problems.isEmpty && again.isEmpty)
        _ = try await schema(settings) { try await $0.revert() }
        #expect(columns(database) == before)
    }

    @Test(arguments: backends) func `nobody is verified or locked out by a new column`(backend: Backend) async throws {
        let database = TestDatabase(backend, columns: "email text, role text")
        database.add(1)
        let settings = settings(database)
        _ = try await schema(settings) { try await $0.apply(adds: true) }
        try await withDirectory(settings) { directory in
            let row = try await directory.user(backend.id(1))
            #expect(row?.isActive == true && row?.isEmailVerified == false)
        }
    }

    @Test(arguments: backends) func `a column that was there is never taken back`(backend: Backend) async throws {
        let database = TestDatabase(backend, columns: "email text, role text, is_active boolean, clerk_user_id text")
        let settings = settings(database)
        _ = try await schema(settings) { try await $0.apply(adds: true) }
        _ = try await schema(settings) { try await $0.revert() }
        #expect(columns(database) == ["id", "email", "role", "is_active", "clerk_user_id"])
    }

    @Test(arguments: backends) func `what added columns hold counts as remembered`(backend: Backend) async throws {
        let database = TestDatabase(backend, columns: "email text, role text, is_active boolean")
        database.add(1, 2)
        let settings = settings(database)
        _ = try await schema(settings) { try await $0.apply(adds: true) }
        let empty = try await schema(settings) { try await $0.remembered() }
        database.run("UPDATE users SET clerk_user_id = 'user_a' WHERE email = 'user1@example.com'")
        let one = try await schema(settings) { try await $0.remembered() }
        #expect((empty, one) == (0, 1))
    }

    @Test(arguments: backends) func `ids, addresses and roles are the application's to bring`(backend: Backend) async throws {
        for missing in ["email", "role"] {
            let columns = ["email text", "role text", "is_active boolean"].filter { !$0.hasPrefix(missing) }
            let database = TestDatabase(backend, columns: columns.joined(separator: ", "))
            let settings = database.settings()
            await #expect(throws: DirectorySchema.Failure.self) {
                _ = try await schema(settings) { try await $0.apply(adds: true) }
            }
            #expect(self.columns(database).count == 3)
        }
    }
}
