import Authentication
import Identity
import Migration
import Settings
import Sockets
import Telemetry
import Testing

@testable import Directory

/// PostgreSQL's READ COMMITTED: a statement that waits for a row sees the row anew, and what is joined to it as it was before the wait. Here
/// somebody takes a link away, which only Segue's own table has, while others wait for its row.
@Suite("Session.heldRow", .serialized) struct HeldRowTests {
    private let backend = Backend.postgresInteger
    private var ada: UserID { backend.id(1) }

    private func settings(_ database: TestDatabase) -> DirectorySettings {
        database.settings { settings in
            settings.users.clerkUserID = nil
            settings.users.name = "name"
            settings.sync = [.name]
        }
    }

    /// What `work` comes to that finds the row held, and the link gone when it is not held any more.
    private func unlinking<Answer: Sendable>(
        _ database: TestDatabase, _ work: @escaping @Sendable (DirectoryThread) async throws -> Answer,
        _ check: @escaping @Sendable (Answer) -> Void
    ) async throws {
        let (settings, ada) = (settings(database), ada)
        database.add(1)
        try await withDirectory(settings) { directory in
            _ = try await directory.link(ada, to: "user_ada")
            let other = try await TestDatabase.connection(settings)
            try await other.rows("BEGIN")
            try await other.rows("SELECT 1 FROM users WHERE id = \(ada.text) FOR UPDATE")
            try await other.rows("DELETE FROM segue.links")
            async let answer = work(directory)
            for _ in 0..<500 {
                await sleep(milliseconds: 10)
                let waiting = try await other.rows(
                    "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
                if !waiting.isEmpty { break }
            }
            try await other.rows("COMMIT")
            other.close()
            check(try await answer)
        }
    }

    private static let columns =
        "email text NOT NULL, role text, is_active boolean NOT NULL DEFAULT true, migrated_at timestamptz, name text"

    private func message(_ event: ClerkMessage.Event) -> ClerkMessage {
        ClerkMessage(id: "msg_1", type: "user.updated", time: noon, event: event)
    }

    @Test func `no ticket is given for a link that is being taken away`() async throws {
        let upgrade = Upgrade(credential: "x", user: ada, clerkUser: ClerkUserID("user_ada"), requestID: "r", time: noon)
        let database = TestDatabase(backend, columns: Self.columns)
        try await unlinking(database) {
            try await $0.begin(upgrade)
        } _: {
            #expect($0 == .changed)
        }
        #expect(database.run("SELECT count(*) FROM segue.upgrades") == ["0"])
    }

    @Test func `a deleted user's row that is being set free stays active`() async throws {
        let deleted = message(.userDeleted(ClerkUserID("user_ada")))
        let database = TestDatabase(backend, columns: Self.columns)
        try await unlinking(database) {
            try await $0.take(deleted, at: noon)
        } _: {
            #expect($0 == .revoked)
        }
        #expect(database.run("SELECT is_active FROM users") == ["t"])
        #expect(database.run("SELECT count(*) FROM segue.ledger WHERE action = 'deactivate'") == ["0"])
    }

    @Test func `a row that is being set free follows nobody`() async throws {
        let user = ToldUser(
            id: ClerkUserID("user_ada"), updated: noon, email: nil, firstName: "Not", lastName: "Ada", isBanned: false)
        let told = message(.user(user))
        let database = TestDatabase(backend, columns: Self.columns)
        try await unlinking(database) {
            try await $0.take(told, at: noon)
        } _: {
            #expect($0 == .nothing)
        }
        #expect(database.run("SELECT name IS NULL FROM users") == ["t"])
    }

    @Test func `a link that is being taken away is taken away once`() async throws {
        let note = OperatorNote(actor: "test", reason: "r")
        let ada = ada
        let database = TestDatabase(backend, columns: Self.columns)
        try await unlinking(database) {
            try await $0.unlink(ada, note, at: noon)
        } _: {
            #expect($0 == .notLinked)
        }
        #expect(database.run("SELECT count(*) FROM segue.ledger WHERE action = 'unlink'") == ["0"])
    }
}
