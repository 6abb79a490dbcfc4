import Authentication
import Directory
import Identity
import PostgresTesting
import Settings
import Telemetry
import Testing

/// Sessions that Segue makes in a table of the application's, in every backend.
@Suite("MintedRows", .serialized) struct MintedRowsTests {
    static let insert = "INSERT INTO sessions (token, user_id, expires_at) VALUES ($1, $2, $3)"
    static let extend = "UPDATE sessions SET expires_at = $2 WHERE token = $1 RETURNING token"

    static func database(_ backend: Backend) -> TestDatabase {
        let database = TestDatabase(backend)
        database.add(1)
        let id = backend.isInteger ? "integer" : backend == .postgresUUID ? "uuid" : "text"
        let time = backend.isPostgres ? "timestamptz" : "TEXT"
        database.run("CREATE TABLE sessions (token text PRIMARY KEY, user_id \(id) NOT NULL, expires_at \(time) NOT NULL)")
        return database
    }

    static func route(insert: String = insert, extend: String? = extend) -> Route {
        var route = Route(name: "r", match: Route.Match(host: nil, path: "/*", methods: []), origin: 0, mode: .clerk)
        route.mint = Mint(kind: .session(insert: insert, extend: extend), place: .cookie("s"), claims: [])
        return route
    }

    @Test(arguments: Backend.allCases) func `a row is made with its end in UTC, and its end is moved`(backend: Backend) async throws
    {
        let database = Self.database(backend)
        let end = backend.isPostgres ? "extract(epoch FROM expires_at)::bigint" : "strftime('%s', expires_at)"
        try await withDirectory(database.settings()) { directory in
            try await directory.add(Self.insert, token: Secret("t1"), user: backend.id(1), until: noon)
            let isThere = try await directory.extend(Self.extend, token: Secret("t1"), until: noon.adding(seconds: 60))
            #expect(isThere)
            let isGone = try await !directory.extend(Self.extend, token: Secret("t2"), until: noon)
            #expect(isGone)
        }
        #expect(
            database.run("SELECT token, user_id, \(end) FROM sessions") == ["t1|\(backend.id(1).text)|\(noon.seconds + 60)"])
    }

    @Test(arguments: Backend.allCases) func `statements are planned before anything starts, and not run`(
        backend: Backend
    ) async throws {
        let database = Self.database(backend)
        let settings = database.settings()
        try await withDirectory(settings) { _ in
            let good = try await DirectorySchema(settings).problems(with: LegacyQuery.all(of: [Self.route()]))
            #expect(good.isEmpty, "\(good)")
            let bad = try await DirectorySchema(settings).problems(
                with: LegacyQuery.all(of: [Self.route(insert: "INSERT INTO session VALUES ($1, $2, $3)")]))
            #expect(bad.count == 1)
            #expect(bad.first.map { "\($0)" }?.contains("routes[0].mint.insert") ?? false)
        }
        #expect(database.run("SELECT count(*) FROM sessions") == ["0"])
    }

    @Test(arguments: [Backend.postgresUUID, .sqliteText]) func `a row that the table refuses is trouble, and no credential`(
        backend: Backend
    ) async throws {
        let database = Self.database(backend)
        try await withDirectory(database.settings()) { directory in
            try await directory.add(Self.insert, token: Secret("t1"), user: backend.id(1), until: noon)
            await #expect(throws: Unavailable.self) {
                try await directory.add(Self.insert, token: Secret("t1"), user: backend.id(1), until: noon)
            }
        }
    }
}
