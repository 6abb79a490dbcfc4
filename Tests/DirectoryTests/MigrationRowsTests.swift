import Authentication
import Directory
import Identity
import Migration
import PostgresTesting
import Settings
import Telemetry
import Testing

/// What a rehearsal reads, of both databases alike.
@Suite(.serialized) struct MigrationRowsTests {
    private func database(_ backend: Backend) -> TestDatabase {
        let time = backend.isPostgres ? "timestamptz" : "DATETIME"
        return TestDatabase(
            backend,
            columns: """
                email text, role text NOT NULL DEFAULT 'user', is_active boolean NOT NULL DEFAULT true, clerk_user_id text,
                migrated_at \(time), name text, username text, phone text, hashed_password text, created_at \(time),
                tokens_used integer, is_paying boolean
                """)
    }

    private func settings(_ database: TestDatabase) -> DirectorySettings {
        database.settings { settings in
            settings.users.name = "name"
            settings.users.username = "username"
            settings.users.phone = "phone"
            settings.users.passwordHash = "hashed_password"
            settings.users.createdAt = "created_at"
        }
    }

    private func insert(_ database: TestDatabase, _ number: Int, _ values: String) {
        let columns = "id, email, name, username, phone, hashed_password, created_at, tokens_used, is_paying"
        database.run("INSERT INTO users (\(columns)) VALUES ('\(database.backend.id(number).text)', \(values))")
    }

    private struct Read: Sendable {
        var rows: [LegacyRow] = []
        var pages = 0
        var shared = SharedIdentifiers()
        var ids: [UserID] { rows.map(\.user.id) }
    }

    private func read(
        _ settings: DirectorySettings, _ selection: MigrationSelection = .everybody, _ migrate: MigrationSettings = .init()
    ) async throws -> Result<Read, DirectorySchema.Failure> {
        try await onLoop {
            do throws(DirectorySchema.Failure) {
                var read = Read()
                _ = try await DirectorySchema(settings).migrationRows(selection, migrate) { rows, shared in
                    read.rows += rows
                    read.pages += 1
                    read.shared = shared
                }
                return .success(read)
            } catch {
                return .failure(error)
            }
        }
    }

    @Test(arguments: Backend.allCases) func `a row is read with all that the settings name`(backend: Backend) async throws {
        let database = database(backend)
        insert(database, 1, "'ada@x.org', 'Ada Lovelace', 'ada_l', '+441632960001', 'digest', '2020-09-13 12:26:40', 12, true")
        insert(database, 2, "NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL")
        var migrate = MigrationSettings()
        migrate.publicMetadata = [.init(name: "paying", column: "is_paying")]
        migrate.privateMetadata = [.init(name: "tokens", column: "tokens_used")]
        let rows = try await read(settings(database), .everybody, migrate).get().rows
        try #require(rows.count == 2)
        let ada = rows[0]
        #expect(ada.user.id == backend.id(1) && ada.user.email == "ada@x.org" && ada.user.isActive && ada.user.clerkUser == nil)
        #expect(ada.name == "Ada Lovelace" && ada.username == "ada_l" && ada.phone == "+441632960001")
        #expect(ada.passwordHash == Secret("digest"))
        #expect(ada.createdAt == .at(UnixTime(seconds: 1_600_000_000)))
        #expect(ada.publicMetadata == [Metadatum("paying", .bool(true))])
        #expect(ada.privateMetadata == [Metadatum("tokens", .number("12"))])
        #expect(rows[1].user.email == nil && rows[1].createdAt == nil && rows[1].publicMetadata == [])
    }

    @Test(arguments: Backend.allCases) func `links, tombstones and inactive rows are seen, and nothing of ours need be there`(
        backend: Backend
    ) async throws {
        let database = database(backend)
        for number in 1...3 { insert(database, number, "'u\(number)@x.org', NULL, NULL, NULL, NULL, NULL, NULL, NULL") }
        database.run("UPDATE users SET clerk_user_id = 'user_a' WHERE id = '\(backend.id(1).text)'")
        database.run("UPDATE users SET is_active = false WHERE id = '\(backend.id(2).text)'")
        let settings = settings(database)
        var rows = try await read(settings).get().rows
        #expect(rows.map(\.user.clerkUser) == [ClerkUserID("user_a"), nil, nil])
        #expect(rows.map(\.user.isActive) == [true, false, true])
        try await withDirectory(settings) { directory in _ = try await directory.link(backend.id(3), to: "user_c") }
        rows = try await read(settings).get().rows
        #expect(rows.map(\.user.clerkUser) == [ClerkUserID("user_a"), nil, ClerkUserID("user_c")])
    }

    @Test(arguments: Backend.allCases) func `columns that are still to be added hold nothing`(backend: Backend) async throws {
        let database = TestDatabase(backend, columns: "email text, role text, is_active boolean NOT NULL DEFAULT true")
        database.add(1)
        #expect(try await read(database.settings()).get().ids == [backend.id(1)])
    }

    @Test(arguments: [Backend.postgresUUID, .postgresInteger, .sqliteInteger, .sqliteText])
    func `every row is read once, whatever the number of pages`(backend: Backend) async throws {
        let database = database(backend)
        let numbers =
            backend.isPostgres
            ? "generate_series(1, 2500) n"
            : "(WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 2500) SELECT n FROM c)"
        let id: String =
            switch backend {
            case .postgresUUID: "('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid"
            case .sqliteText: "printf('00000000-0000-4000-8000-%012d', n)"
            case .postgresInteger, .postgresText, .sqliteInteger: "n"
            }
        database.run("INSERT INTO users (id, email) SELECT \(id), 'u' || n || '@x.org' FROM \(numbers)")
        let all = try await read(settings(database)).get()
        #expect(all.rows.count == 2_500 && Set(all.ids).count == 2_500 && all.pages == 3)
        #expect(all.ids.first == backend.id(1) && all.ids.last == backend.id(2_500))
    }

    @Test(arguments: Backend.allCases) func `what several rows share is known before the first row`(backend: Backend) async throws {
        let database = database(backend)
        insert(database, 1, "'ada@x.org', NULL, 'ada_l', '+1', NULL, NULL, NULL, NULL")
        insert(database, 2, "'ADA@X.org', NULL, 'Ada_L', '+1', NULL, NULL, NULL, NULL")
        insert(database, 3, "'', NULL, '', '', NULL, NULL, NULL, NULL")
        insert(database, 4, "'', NULL, '', '', NULL, NULL, NULL, NULL")
        insert(database, 5, "'K@x.org', NULL, NULL, NULL, NULL, NULL, NULL, NULL")
        insert(database, 6, "'\u{212A}@x.org', NULL, NULL, NULL, NULL, NULL, NULL, NULL")
        let one = try await read(settings(database), .user(backend.id(1))).get()
        #expect(one.ids == [backend.id(1)])
        #expect(one.shared.emails == ["ada@x.org"] && one.shared.usernames == ["ada_l"] && one.shared.phones == ["+1"])
    }

    @Test(arguments: Backend.allCases) func `one person is found by id and by address`(backend: Backend) async throws {
        let database = database(backend)
        insert(database, 1, "'ada@x.org', NULL, NULL, NULL, NULL, NULL, NULL, NULL")
        insert(database, 2, "'bob@x.org', NULL, NULL, NULL, NULL, NULL, NULL, NULL")
        let settings = settings(database)
        #expect(try await read(settings, .user(backend.id(2))).get().ids == [backend.id(2)])
        #expect(try await read(settings, .email("ADA@X.ORG")).get().ids == [backend.id(1)])
        #expect(try await read(settings, .email("nobody@x.org")).get().ids == [])
        for id in backend.impossibleIDs where id != "1" && id != "2" {
            #expect(try await read(settings, .user(UserID(id))).get().ids == [], "\(id)")
        }
    }

    @Test(arguments: Backend.allCases) func `a cohort is who meets every condition`(backend: Backend) async throws {
        let database = database(backend)
        insert(database, 1, "'a@x.org', 'Ada', NULL, NULL, NULL, '2020-01-01 00:00:00', 5, true")
        insert(database, 2, "'b@x.org', 'Bob', NULL, NULL, NULL, '2024-01-01 00:00:00', 9, false")
        insert(database, 3, "'c@x.org', 'O''Brien', NULL, NULL, NULL, '2025-01-01 00:00:00', 10, NULL")
        let settings = settings(database)
        func ids(_ filter: String) async throws -> [UserID] { try await read(settings, .cohort(Cohort(parsing: filter))).get().ids }
        #expect(try await ids("tokens_used > 9") == [backend.id(3)])
        #expect(try await ids("tokens_used <= 9 AND is_paying = true") == [backend.id(1)])
        #expect(try await ids("name in (Ada, 'O''Brien')") == [backend.id(1), backend.id(3)])
        #expect(try await ids("created_at < '2024-06-01' AND created_at >= '2021-01-01'") == [backend.id(2)])
        #expect(try await ids("is_paying is null") == [backend.id(3)])
        #expect(try await ids("is_paying is not null AND name != Ada") == [backend.id(2)])
        #expect(try await ids("name = '''; DROP TABLE users; --'") == [])
        #expect(database.run("SELECT count(*) FROM users") == ["3"])
    }

    @Test(arguments: Backend.allCases, ["nosuch = 1", "tokens_used = many", "\"name\"\" = name --\" = 1", "is_paying = perhaps"])
    func `a filter on what there is not is refused`(backend: Backend, filter: String) async throws {
        let database = database(backend)
        insert(database, 1, "'a@x.org', 'Ada', NULL, NULL, NULL, NULL, 5, true")
        let result = try await read(settings(database), .cohort(Cohort(parsing: filter)))
        guard case .failure(.problem) = result else {
            Issue.record("\(result)")
            return
        }
    }
}
