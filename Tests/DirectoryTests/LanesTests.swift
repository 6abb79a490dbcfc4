import Authentication
import Identity
import PostgresTesting
import Settings
import Sockets
import Telemetry
import Testing

@testable import Directory

/// The connections of a directory whose place another has taken.
@Suite(.serialized) struct LanesTests {
    @Test(arguments: [Backend.postgresUUID, .sqliteText])
    func `one that was replaced keeps no idle connection, and still answers`(backend: Backend) async throws {
        let database = TestDatabase(backend)
        database.add(1)
        try await withDirectory(database.settings()) { directory in
            _ = try await directory.user(backend.id(1))
            #expect(directory.connections > 0)
            directory.retire()
            await closed(directory)
            for _ in 0..<3 {
                let users = try await race(20) { _ in try await directory.user(backend.id(1)) }
                #expect(users.allSatisfy { $0 != nil })
                let linked = try await directory.link(backend.id(1), to: "user_a")
                #expect(linked.linked != nil || linked.existing != nil)
                await closed(directory)
            }
        }
    }

    @Test func `a question that is under way when its directory is replaced is answered`() async throws {
        let database = TestDatabase(.postgresUUID)
        let waiting = LegacySettings(
            name: "waiting", from: [], kind: .session(.init(query: "SELECT $1::text FROM pg_advisory_lock(1)")))
        try await withDirectory(database.settings()) { directory in
            // Its answer waits for a lock of ours.
            let holder = try await PostgresSQL(to: database.url, prepared: false, isReadOnly: false)
            defer { holder.close() }
            try await holder.rows("SELECT pg_advisory_lock(1)")
            let queries = LegacyQueries([waiting], on: directory)
            async let answer = queries.sessionUser(entry: 0, token: Secret("42"))
            while try await holder.rows("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted").isEmpty {
                await sleep(milliseconds: 1)
            }
            directory.retire()
            try await holder.rows("SELECT pg_advisory_unlock(1)")
            let user = try await answer
            #expect(user == UserID("42"))
            await closed(directory)
        }
    }

    @Test func `the application's own queries are answered before the database has heard of Segue`() async throws {
        let database = TestDatabase(.postgresUUID, columns: "email text")
        let entry = LegacySettings(name: "s", from: [], kind: .session(.init(query: "SELECT $1::text")))
        try await withBareDirectory(database.settings()) { directory in
            let user = try await LegacyQueries([entry], on: directory).sessionUser(entry: 0, token: Secret("42"))
            #expect(user == UserID("42"))
            await #expect(throws: Unavailable.self) { _ = try await directory.user(UserID("42")) }
        }
    }

    @Test func `what was missing need not be waited for once it is there`() async throws {
        let database = TestDatabase(.postgresUUID)
        database.add(1)
        let settings = database.settings()
        try await withBareDirectory(settings) { directory in
            let id = database.backend.id(1)
            await #expect(throws: Unavailable.self) { _ = try await directory.user(id) }
            _ = try await DirectorySchema(settings).apply()
            directory.tryAgain()
            let linked = try await directory.link(id, to: "user_a")
            #expect(linked.linked != nil)
        }
    }

    private func withBareDirectory(
        _ settings: DirectorySettings, _ body: @escaping @Sendable (DirectoryThread) async throws -> Void
    ) async throws {
        let directory = try DirectoryThread(settings)
        defer { directory.stop() }
        try await onLoop {
            directory.start()
            try await body(directory)
        }
    }

    private func closed(_ directory: DirectoryThread) async {
        let isClosed = await happens { directory.connections == 0 }
        #expect(isClosed)
    }

    /// Waits, some ten seconds at most, until the condition holds.
    private func happens(_ condition: () -> Bool) async -> Bool {
        for _ in 0..<200 {
            if condition() { return true }
            await sleep(milliseconds: 50)
        }
        return false
    }
}
