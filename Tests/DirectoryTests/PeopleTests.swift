import Authentication
import Identity
import Migration
import PostgresTesting
import Settings
import Sockets
import Telemetry
import Testing

@testable import Directory

/// People between processes that migrate at once, sleep and wake.
@Suite("Session+People", .serialized) struct PeopleTests {
    private let ours = MigrationRun(batch: "first", owner: "ours")
    private let theirs = MigrationRun(batch: "second", owner: "theirs")
    private let database = TestDatabase(.postgresInteger)
    private var settings: DirectorySettings { database.settings() }

    /// A session of the code under test, as a process that migrates has it.
    private func withSession<Answer: Sendable>(
        _ body: @escaping @Sendable (Session, any SQLConnection) async throws -> Answer
    ) async throws -> Answer {
        let settings = settings
        return try await onLoop {
            _ = try await DirectorySchema(settings).apply()
            let (session, apart) = try await (
                Session(settings, on: TestDatabase.connection(settings), kind: .links), TestDatabase.connection(settings)
            )
            defer {
                session.close()
                apart.close()
            }
            return try await body(session, apart)
        }
    }

    /// Puts rows down in this order, which is the one in which the server finds them.
    private func put(_ ids: [Int], state: String = "planned", owner: String? = nil) -> String {
        let owner = owner.map { "'\($0)'" } ?? "NULL"
        let rows = ids.map { "('\($0)', '\(state)', \(owner), now())" }
        return "INSERT INTO segue.people (user_id, state, owner, updated_at) VALUES \(rows.joined(separator: ", "))"
    }

    // MARK: Processes

    @Test(arguments: [Backend.postgresInteger, .sqliteInteger])
    func `who has given everybody back stays gone, however late its last sign comes`(backend: Backend) async throws {
        let database = TestDatabase(backend)
        let (settings, ours) = (database.settings(), ours)
        let left = try await onLoop {
            _ = try await DirectorySchema(settings).apply()
            let session = try await Session(settings, on: TestDatabase.connection(settings), kind: .links)
            defer { session.close() }
            try await session.sign(ours)
            try await session.release(ours)
            try await session.signAgain(ours)
            return try await session.connection.rows("SELECT owner FROM \(database.state("migrators"))")
        }
        #expect(left.isEmpty, "segue undo would be told that the run goes on")
    }

    @Test func `who died long ago is forgotten by the next run, and who only slept signs anew`() async throws {
        let (ours, theirs, put) = (ours, theirs, put([1, 2], state: "creating", owner: "theirs"))
        let entry = LedgerEntry(.migrate, user: nil, clerkUser: nil, rule: nil, requestID: nil, time: noon, batch: "first")
        let owners = try await withSession { session, apart in
            try await apart.rows(put)
            try await apart.rows("INSERT INTO segue.migrators VALUES ('theirs', 'second', 0)")
            let lately = "(extract(epoch FROM now()) * 1000)::bigint - 3600000"
            try await apart.rows("INSERT INTO segue.migrators VALUES ('hour', 'second', \(lately))")
            try await session.open(ours, entry)
            let known = try await apart.rows("SELECT owner FROM segue.migrators ORDER BY 1").map { $0[0] }
            #expect(known == ["hour", "ours"])
            // They wake: what they hold is still theirs as long as nobody has taken it, and their next claim signs.
            try await session.signAgain(theirs)
            let mine = try await session.begin([BegunPerson(id: UserID("1"), digest: nil)], for: theirs, at: noon)
            #expect(mine == [UserID("1")])
            let columns = try MigrationColumns(session.settings.users, MigrationSettings(), session.users)
            _ = try await session.claim(1, for: theirs, among: .everybody, reading: columns)
            return try await apart.rows("SELECT owner FROM segue.migrators ORDER BY 1").map { $0[0] }
        }
        #expect(owners == ["hour", "ours", "theirs"])
    }

    @Test func `whom a process that lives has taken meanwhile is not taken from it`() async throws {
        let (ours, theirs, put) = (ours, theirs, put([1, 2], owner: "theirs"))
        try await withSession { session, apart in
            try await apart.rows(put)
            try await session.sign(theirs)
            let living = try await session.take(["1", "2"], for: ours)
            try await apart.rows("UPDATE segue.migrators SET seen_at_ms = 0")
            let dead = try await session.take(["1", "2"], for: ours)
            #expect(living.isEmpty && dead.count == 2)
        }
    }

    @Test func `people whom somebody holds for a moment are open, and the run waits for them`() async throws {
        let (ours, put) = (ours, put([1, 2]))
        try await withSession { session, apart in
            try await apart.rows(put)
            let columns = try MigrationColumns(session.settings.users, MigrationSettings(), session.users)
            try await apart.rows("BEGIN")
            try await apart.rows("SELECT 1 FROM segue.people FOR UPDATE")
            let held = try await session.claim(9, for: ours, among: .everybody, reading: columns)
            #expect(held.isEmpty)
            #expect(try await session.isAnybodyOpen(among: .everybody))
            try await apart.rows("COMMIT")
            #expect(try await session.claim(9, for: ours, among: .everybody, reading: columns).count == 2)
            #expect(try await session.isAnybodyOpen(among: .everybody))
        }
    }

    @Test func `what Clerk was told last is noted, whoever has them by now`() async throws {
        let (ours, put) = (ours, put([1], state: "changed", owner: "theirs"))
        let row = try await withSession { session, apart in
            try await apart.rows(put)
            try await session.settle(UserID("1"), Settlement(.linked, digest: "ours"), for: ours, at: noon)
            return try await apart.rows("SELECT state, owner, digest FROM segue.people")
        }
        #expect(row == [["changed", "theirs", "ours"]])
    }

    // MARK: Locks

    /// What takes several people at once.
    enum Taking: CaseIterable { case plan, begin, release }

    @Test(arguments: Taking.allCases)
    func `whoever takes several people takes them in one order`(taking: Taking) async throws {
        let (settings, run) = (settings, ours)
        let (put, ids) = (put([3, 2, 1], owner: "ours"), [3, 2, 1].map { UserID(String($0)) })
        try await withDirectory(settings) { directory in
            let migration = DirectoryMigration(directory, settings.users, MigrationSettings(), .everybody, run)
            let apart = try await TestDatabase.connection(settings)
            defer { apart.close() }
            try await apart.rows(put)
            let free = try await whatIsFree(
                "segue.people", while: "SELECT 1 FROM segue.people WHERE user_id = '2' FOR UPDATE", apart
            ) { () async throws(Unavailable) in
                switch taking {
                case .plan: try await migration.plan(ids.map { PlannedPerson(id: $0, settlement: Settlement(.planned)) }, at: noon)
                case .begin: _ = try await migration.begin(ids.map { BegunPerson(id: $0, digest: nil) })
                case .release: try await migration.release()
                }
            }
            #expect(free == ["2", "3"], "it waits for the second, holds the first, and has not touched the third")
        }
    }

    @Test func `a link takes the Clerk user before the row, as every other link`() async throws {
        database.add(1)
        let (settings, run, put) = (settings, ours, put([1], state: "created", owner: "ours"))
        try await withDirectory(settings) { directory in
            let migration = DirectoryMigration(directory, settings.users, MigrationSettings(), .everybody, run)
            let apart = try await TestDatabase.connection(settings)
            defer { apart.close() }
            try await apart.rows(put)
            let free = try await whatIsFree(
                "users", while: "SELECT pg_advisory_xact_lock(hashtext('segue.clerk'), hashtext('user_a'))", apart
            ) { () async throws(Unavailable) in _ = try await migration.link(UserID("1"), ClerkUserID("user_a"), at: noon) }
            #expect(free == ["1"])
            #expect(database.countsOfLinks == "1/1/1")
        }
    }

    /// The rows that can be taken while `work` waits for what `holding` holds.
    private func whatIsFree(
        _ table: String, while holding: String, _ apart: any SQLConnection,
        _ work: @escaping @Sendable () async throws(Unavailable) -> Void
    ) async throws -> [String?] {
        let watch = try await TestDatabase.connection(settings)
        defer { watch.close() }
        let key = table == "users" ? "id" : "user_id"
        try await apart.rows("SET idle_in_transaction_session_timeout = 0")
        // On a machine that is very busy it may have waited for too long before it was looked at: then once more.
        for _ in 0..<10 {
            try await apart.rows("BEGIN")
            try await apart.rows(holding)
            async let ending: Unavailable? = {
                do throws(Unavailable) { try await work() } catch { return error }
                return nil
            }()
            let waits = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            for _ in 0..<200 where try await watch.rows(waits) == [["0"]] { await sleep(milliseconds: 5) }
            let free = try await apart.rows("SELECT \(key) FROM \(table) ORDER BY 1 FOR UPDATE SKIP LOCKED").map { $0[0] }
            try await apart.rows("COMMIT")
            switch await ending {
            case nil: return free
            case .timedOut?: continue
            case let other?: throw other
            }
        }
        throw Unavailable.timedOut
    }
}
