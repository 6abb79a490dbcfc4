import Authentication
import Directory
import Glibc
import Identity
import PostgresTesting
import Settings
import Testing

/// What is found between the settings and a database before anything is served.
@Suite(.serialized) struct DirectoryProblemTests {
    @Test func `a SQLite file that is not there is a problem, and nobody makes it`() async throws {
        let database = TestDatabase(.sqliteText)
        let settings = database.settings { settings in
            guard case .sqlite(let path) = settings.location else { return }
            settings.location = .sqlite(path: path + "-typo")
        }
        guard case .sqlite(let path) = settings.location else { return }
        let directory = try DirectoryThread(settings)
        directory.start()
        defer { directory.stop() }
        try await onLoop {
            let missing = DirectoryProblem.noFile(path: path, message: "unable to open database file")
            let problems = try await DirectorySchema(settings).problems()
            #expect(problems == [missing])
            await #expect(throws: DirectorySchema.Failure.self) { _ = try await DirectorySchema(settings).apply() }
            await #expect(throws: Unavailable.away(missing.description)) { _ = try await directory.user(UserID("1")) }
        }
        #expect(unsafe access(path, F_OK) != 0)
    }

    @Test(arguments: SchemaTests.backends) func `a table of Segue's own that was lost is made again`(backend: Backend) async throws
    {
        let database = TestDatabase(backend)
        let settings = database.settings()
        try await onLoop {
            let schema = DirectorySchema(settings)
            _ = try await schema.apply()
            database.run("DROP TABLE \(database.state("reviews"))")
            let problems = try await schema.problems()
            #expect(problems == [.noState(missing: database.state("reviews"))])
            _ = try await schema.apply()
            let left = try await schema.problems()
            let plan = try await schema.plan()
            #expect(left.isEmpty && plan.isEmpty)
        }
    }

    @Test(arguments: SchemaTests.backends) func `a query of the application's that cannot be asked is named`(
        backend: Backend
    ) async throws {
        let database = TestDatabase(backend)
        database.run("CREATE TABLE sessions (token text, user_id text)")
        let queries = [
            LegacyQuery(path: "good", sql: "SELECT user_id FROM sessions WHERE token = $1"),
            LegacyQuery(path: "table", sql: "SELECT user_id FROM session WHERE token = $1"),
            LegacyQuery(path: "column", sql: "SELECT user FROM sessions WHERE tokem = $1"),
            LegacyQuery(path: "grammar", sql: "SELECT user_id FROM sessions WHERE WHERE token = $1"),
        ]
        let settings = database.settings()
        try await onLoop {
            let schema = DirectorySchema(settings)
            _ = try await schema.apply()
            let problems = try await schema.problems(with: queries)
            let named = problems.map { $0.description.prefix { $0 != ":" } }
            #expect(named == ["table", "column", "grammar"])
        }
    }
}
