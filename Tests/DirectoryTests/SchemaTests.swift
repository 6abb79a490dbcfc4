import Authentication
import Directory
import Identity
import PostgresTesting
import Settings
import Testing

@Suite(.serialized) struct SchemaTests {
    static let backends = [Backend.postgresUUID, .sqliteText]

    private func schema<Answer: Sendable>(
        _ settings: DirectorySettings, _ body: @escaping @Sendable (DirectorySchema) async throws -> Answer
    ) async throws -> Answer {
        try await onLoop { try await body(DirectorySchema(settings)) }
    }

    private func problem(_ settings: DirectorySettings) async throws -> DirectoryProblem? {
        try await onLoop {
            do throws(DirectorySchema.Failure) {
                _ = try await DirectorySchema(settings).apply()
                return nil
            } catch .problem(let problem) {
                return problem
            } catch {
                throw error
            }
        }
    }

    @Test(arguments: backends) func `apply makes what plan says, and nothing twice`(backend: Backend) async throws {
        let database = TestDatabase(backend)
        let settings = database.settings()
        let planned = try await schema(settings) { try await $0.plan() }
        let applied = try await schema(settings) { try await $0.apply() }
        let again = try await schema(settings) { try await $0.apply() }
        let plannedAgain = try await schema(settings) { try await $0.plan() }
        #expect(planned == applied && again.isEmpty && plannedAgain.isEmpty)
        let problems = try await schema(settings) { try await $0.problems() }
        #expect(problems.isEmpty)
        #expect(planned.contains { $0.contains("UNIQUE INDEX") } == true)
        #expect(planned.contains { $0.contains("CONCURRENTLY") } == backend.isPostgres)
    }

    @Test(arguments: backends) func `revert takes back what apply added, and only that`(backend: Backend) async throws {
        let database = TestDatabase(backend)
        database.run("CREATE UNIQUE INDEX theirs ON users (clerk_user_id)")
        let indexes =
            backend.isPostgres
            ? "SELECT indexname FROM pg_indexes WHERE tablename = 'users' ORDER BY 1"
            : "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = 'users' ORDER BY 1"
        let before = database.run(indexes)
        let settings = database.settings()
        let applied = try await schema(settings) { try await $0.apply() }
        // Their unique index does what ours would.
        #expect(!applied.contains { $0.contains("UNIQUE INDEX") })
        #expect(database.run(indexes).count == before.count + 1)
        _ = try await schema(settings) { try await $0.revert() }
        #expect(database.run(indexes) == before)
        let problems = try await schema(settings) { try await $0.problems() }
        #expect(problems == [.noState(missing: database.state("meta"))])
        let nothing = try await schema(settings) { try await $0.revert() }
        #expect(nothing.isEmpty)
    }

    @Test(arguments: backends) func `duplicates are named before an index is built`(backend: Backend) async throws {
        let database = TestDatabase(backend)
        database.add(1, 2, 3)
        database.run("UPDATE users SET clerk_user_id = 'user_a' WHERE email <> 'user3@example.com'")
        let problem = try await problem(database.settings())
        #expect(problem == .duplicates(table: "\"users\"", column: "\"clerk_user_id\"", values: ["user_a"]))
    }

    @Test(arguments: backends) func `a missing column is named with the command and the statement that add it`(backend: Backend)
        async throws
    {
        let database = TestDatabase(backend, columns: "email text, role text, is_active boolean, migrated_at timestamp")
        let problem = try await problem(database.settings())
        let creation = "ALTER TABLE \"users\" ADD COLUMN \"clerk_user_id\" text"
        #expect(problem == .noColumnYet(table: "\"users\"", column: "\"clerk_user_id\"", creation: creation))
        #expect(problem?.description.contains("to add it: `segue schema apply --add`, or \(creation)") == true)
        database.run(creation)
        let mended = try await self.problem(database.settings())
        #expect(mended == nil)
    }

    @Test(arguments: backends) func `a missing column that only the application can bring is named as a mistake`(
        backend: Backend
    ) async throws {
        let database = TestDatabase(backend)
        let problem = try await problem(database.settings { $0.users.role = "rank" })
        #expect(problem == .noColumn(table: "\"users\"", column: "\"rank\"", remedy: "name the column that there is, in directory"))
    }

    @Test(arguments: backends) func `a missing table is named`(backend: Backend) async throws {
        let database = TestDatabase(backend)
        let problem = try await problem(database.settings { $0.users.table = "people" })
        #expect(problem == .noTable("\"people\""))
    }

    @Test func `an index that a failed build left invalid is built anew`() async throws {
        let database = TestDatabase(.postgresUUID)
        let settings = database.settings()
        _ = try await schema(settings) { try await $0.apply() }
        let name = "segue_users_clerk_user_id_key"
        database.run("UPDATE pg_index SET indisvalid = false WHERE indexrelid = '\(name)'::regclass")
        let problems = try await schema(settings) { try await $0.problems() }
        #expect(problems == [.noIndex(table: "\"users\"", on: "\"clerk_user_id\"")])
        let applied = try await schema(settings) { try await $0.apply() }
        #expect(applied.count == 1)
        #expect(database.run("SELECT indisvalid FROM pg_index WHERE indexrelid = '\(name)'::regclass") == ["t"])
    }

    @Test func `look-ups by id, Clerk user and e-mail use an index`() async throws {
        let database = TestDatabase(.postgresUUID)
        _ = try await schema(database.settings()) { try await $0.apply() }
        for condition in [
            "id = '00000000-0000-4000-8000-000000000001'::\"pg_catalog\".\"uuid\"",
            "clerk_user_id = 'user_a'::\"pg_catalog\".\"text\"",
            "lower(\"email\" COLLATE \"C\") = 'a@x.org'",
        ] {
            let plan = database.run("SET enable_seqscan = off; EXPLAIN SELECT * FROM users WHERE \(condition)").joined()
            #expect(plan.contains("Index"), "\(plan)")
        }
    }

    @Test(arguments: backends) func `whatever the settings call a table or a column stays a name`(backend: Backend) async throws {
        let database = TestDatabase(backend)
        let hostile = "we\"ird'; DROP TABLE users; --"
        let quoted = "\"we\"\"ird'; DROP TABLE users; --\""
        database.run(
            "CREATE TABLE \(quoted) (\(quoted) \(backend.idType), \"e.mail\" text, \"Select\" text, \"role\" text, is_active boolean)"
        )
        let id = backend.id(1)
        database.run("INSERT INTO \(quoted) VALUES ('\(id.text)', 'a@x.org', NULL, 'user', true)")
        let settings = database.settings { settings in
            settings.users.table = hostile
            settings.users.id = hostile
            settings.users.email = "e.mail"
            settings.users.clerkUserID = "Select"
            settings.users.migratedAt = nil
        }
        try await withDirectory(settings) { directory in
            let outcome = try await directory.link(id, to: "user_a")
            #expect(outcome.linked?.id == id)
            let found = try await directory.users(withEmail: "A@x.org")
            #expect(found.map(\.id) == [id])
        }
        #expect(database.run("SELECT count(*) FROM users") == ["0"])
    }

    @Test func `a table in a schema of its own is found there`() async throws {
        let database = TestDatabase(.postgresInteger)
        database.run(
            """
            CREATE SCHEMA "App"; CREATE TABLE "App".people (id bigint PRIMARY KEY, email varchar(99), role text, is_active boolean,
            clerk_user_id varchar(64), migrated_at timestamp); INSERT INTO "App".people VALUES (7, 'a@x.org', 'user', true)
            """)
        try await withDirectory(database.settings { $0.users.table = "App.people" }) { directory in
            let outcome = try await directory.link(UserID("7"), to: "user_a")
            #expect(outcome.linked?.id == UserID("7"))
            let found = try await directory.users(withEmail: "A@X.ORG")
            #expect(found.count == 1)
        }
    }
}
