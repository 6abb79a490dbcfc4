import Authentication
import Directory
import Settings
import Snapshot
import Sockets
import Telemetry
import Testing

/// Modes of routes in the directory, and who has a way back.
@Suite(.serialized) struct OverrideTests {
    private let now = UnixTime(seconds: 1_767_225_600)

    private func override(_ route: String, _ mode: Mode, made seconds: Int64 = 0, expires: UnixTime? = nil) -> RouteOverride {
        RouteOverride(route: route, mode: mode, base: .dual, actor: "ada", made: now.adding(seconds: seconds), expires: expires)
    }

    @Test(arguments: [Backend.postgresUUID, .sqliteText])
    func `an override is read as it was set, one for each route, and every one is in the ledger`(backend: Backend) async throws {
        let database = TestDatabase(backend)
        try await withDirectory(database.settings()) { directory in
            let first = [override("posts", .clerk), override("chats", .deny, expires: now.adding(seconds: 60))]
            try await directory.set(first)
            var read = try await directory.overrides()
            #expect(read == [first[1], first[0]])
            let second = override("posts", .legacy, made: 1)
            try await directory.set([second])
            read = try await directory.overrides()
            #expect(read == [first[1], second])
            // What was set meanwhile is not what this one is about.
            let late = try await directory.remove(first[0], by: "ada", at: now)
            let gone = try await directory.remove(second, by: "segue", at: now)
            #expect(!late && gone)
            read = try await directory.overrides()
            #expect(read == [first[1]])
        }
        let rows = database.run(
            "SELECT actor, action, rule, detail FROM \(database.state("ledger")) WHERE action = 'flip' ORDER BY id")
        #expect(
            rows == [
                "ada|flip|dual -> clerk|posts", "ada|flip|dual -> deny|chats", "ada|flip|dual -> legacy|posts",
                "segue|flip|end of dual -> legacy|posts",
            ])
    }

    @Test func `every replica hears of it`() async throws {
        let database = TestDatabase(.postgresUUID)
        try await withDirectory(database.settings()) { directory in
            let heard = Guarded(0)
            directory.onChange { change in if change == .overrides { heard.withLock { $0 += 1 } } }
            for _ in 0..<100 where directory.health.isListening != true { await sleep(milliseconds: 50) }
            try await directory.set([override("posts", .clerk)])
            for _ in 0..<100 where heard.withLock({ $0 }) == 0 { await sleep(milliseconds: 20) }
            #expect(heard.withLock { $0 } == 1)
        }
    }

    @Test func `a mode of a newer version is skipped`() async throws {
        let database = TestDatabase(.sqliteText)
        try await withDirectory(database.settings()) { directory in
            try await directory.set([override("posts", .clerk), override("chats", .deny)])
            database.run("UPDATE \(database.state("overrides")) SET mode = 'shadow' WHERE route = 'posts'")
            let read = try await directory.overrides()
            #expect(read.map(\.route) == ["chats"])
        }
    }

    @Test(arguments: [Backend.postgresInteger, .sqliteInteger])
    func `who has no password has no way back`(backend: Backend) async throws {
        let database = TestDatabase(backend, columns: "email text, clerk_user_id text, hashed_password text")
        database.add(1, 2, 3, 4)
        database.run(
            "UPDATE users SET hashed_password = 'x' WHERE id IN (1, 2); UPDATE users SET hashed_password = '' WHERE id = 4")
        func settings(_ password: String?) -> DirectorySettings {
            database.settings {
                ($0.users.role, $0.users.active, $0.users.migratedAt, $0.users.passwordHash) = (nil, nil, nil, password)
            }
        }
        try await withDirectory(settings("hashed_password")) { directory in
            let stranded = try await directory.stranded()
            #expect(stranded == StrandedUsers(count: 2, some: ["3", "4"], knowsPasswords: true))
            #expect(!stranded.isKnownToBeNobody)
        }
        try await withDirectory(settings(nil)) { directory in
            let stranded = try await directory.stranded()
            #expect(stranded == StrandedUsers(count: 0, some: [], knowsPasswords: false))
            #expect(!stranded.isKnownToBeNobody)
        }
    }
}
