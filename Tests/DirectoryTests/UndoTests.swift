import Authentication
import Identity
import PostgresTesting
import Settings
import Telemetry
import Testing

@testable import Directory

/// Entries taken back, in every backend.
@Suite("Session+Undo", .serialized) struct UndoTests {
    static let backends = [Backend.postgresUUID, .sqliteText]
    let note = OperatorNote(actor: "grace", reason: "ticket 17")

    /// The latest entry of an action.
    private func entry(_ database: TestDatabase, _ settings: DirectorySettings, _ action: LedgerAction) async throws -> LedgerRow {
        var filter = LedgerFilter()
        filter.action = action.rawValue
        let (schema, wanted) = (DirectorySchema(settings), filter)
        return try #require(try await onLoop { try await schema.ledgerRows(wanted, most: 1) }.first)
    }

    private func undo(
        _ settings: DirectorySettings, _ row: LedgerRow, keepsSeen: Bool = false
    ) async throws -> UndoOutcome {
        let note = note
        return try await onLoop {
            let session = try await Session(settings, on: TestDatabase.connection(settings))
            defer { session.close() }
            return try await session.undo(row, note, keepsSeen: keepsSeen, at: noon)
        }
    }

    private func link(_ settings: DirectorySettings, _ id: UserID) async throws {
        try await withDirectory(settings) { directory in _ = try await directory.link(id, to: "user_a") }
    }

    @Test(arguments: Backend.allCases) func `a link is taken away everywhere, once, and the ledger says of which entry`(
        backend: Backend
    ) async throws {
        let database = TestDatabase(backend)
        database.add(1)
        let settings = database.settings()
        try await link(settings, backend.id(1))
        let row = try await entry(database, settings, .link)
        let first = try await undo(settings, row)
        let second = try await undo(settings, row)
        #expect(first == .undone && second == .doneBefore)
        #expect(database.countsOfLinks == "0/0/2")
        #expect(database.run("SELECT count(*) FROM users WHERE migrated_at IS NOT NULL") == ["0"])
        #expect(
            database.run("SELECT actor, rule, detail FROM \(database.state("ledger")) WHERE action = 'undo'")
                == ["grace|link|entry \(row.id): ticket 17"])
        try await withDirectory(settings) { directory in
            let again = try await directory.link(backend.id(1), to: "user_a")
            #expect(again == .unlinked, "no rule makes it again")
        }
    }

    @Test(arguments: backends) func `migrated_at stays where it was set before the link`(backend: Backend) async throws {
        let database = TestDatabase(backend)
        database.add(1)
        database.run("UPDATE users SET migrated_at = '2020-01-02 03:04:05'")
        let settings = database.settings()
        try await link(settings, backend.id(1))
        let outcome = try await undo(settings, try await entry(database, settings, .link))
        #expect(outcome == .undone)
        #expect(database.run("SELECT count(*) FROM users WHERE migrated_at IS NOT NULL AND clerk_user_id IS NULL") == ["1"])
    }

    @Test(arguments: backends) func `a link that is another one by now stays, and so does that of somebody seen who is to be kept`(
        backend: Backend
    ) async throws {
        let database = TestDatabase(backend)
        database.add(1)
        let settings = database.settings()
        try await link(settings, backend.id(1))
        let row = try await entry(database, settings, .link)
        database.run("UPDATE \(database.state("links")) SET first_session_at = '2026-11-21 04:05:06'")
        let seen = try await undo(settings, row, keepsSeen: true)
        #expect(seen == .left(.signedIn))
        database.run("UPDATE users SET clerk_user_id = 'user_b'")
        let other = try await undo(settings, row)
        #expect(other == .left(.directoryDiffers))
        #expect(database.run("SELECT count(*) FROM \(database.state("ledger")) WHERE action = 'undo'") == ["0"])
    }

    @Test(arguments: Backend.allCases) func `a link taken away is made again as it was, and then it can be undone`(
        backend: Backend
    ) async throws {
        let database = TestDatabase(backend)
        database.add(1)
        let (settings, note) = (database.settings(), note)
        try await withDirectory(settings) { directory in
            _ = try await directory.link(backend.id(1), to: "user_a")
            _ = try await directory.unlink(backend.id(1), note, at: noon.adding(seconds: 60))
        }
        let linked = try await entry(database, settings, .link)
        let refused = try await undo(settings, linked)
        guard case .left(.laterEntry(_, action: "unlink")) = refused else {
            Issue.record("\(refused)")
            return
        }
        let before = database.run("SELECT rule FROM \(database.state("ledger")) WHERE action = 'link'")
        let again = try await undo(settings, try await entry(database, settings, .unlink))
        #expect(again == .undone)
        #expect(database.countsOfLinks == "1/1/3")
        #expect(database.run("SELECT rule FROM \(database.state("links"))") == before)
        #expect(database.run("SELECT count(*) FROM users WHERE migrated_at IS NOT NULL") == ["1"])
        let undone = try await undo(settings, linked)
        #expect(undone == .undone && database.countsOfLinks == "0/0/4")
    }

    // MARK: Rows that Segue made

    private func provisioning(_ database: TestDatabase) -> DirectorySettings {
        database.settings {
            $0.linking.unknown = .provision
            $0.provision = DirectorySettings.Provision(id: database.backend == .sqliteText ? .uuid : .default, columns: [])
        }
    }

    private func provision(_ settings: DirectorySettings) async throws {
        try await withDirectory(settings) { directory in
            _ = try await directory.provision(
                NewUser(
                    clerkUser: ClerkUserID("user_new"), email: "new@example.com", firstName: nil, lastName: nil, requestID: "req-1",
                    time: noon))
        }
    }

    @Test(arguments: [Backend.postgresUUID, .postgresInteger, .sqliteInteger, .sqliteText])
    func `a provisioned row goes while it is as it was made`(backend: Backend) async throws {
        let database = TestDatabase(backend)
        let settings = provisioning(database)
        try await provision(settings)
        let row = try await entry(database, settings, .provision)
        database.run("UPDATE users SET role = 'editor'")
        let changed = try await undo(settings, row)
        #expect(changed == .left(.rowChanged))
        database.run("UPDATE users SET role = 'user'")
        let outcome = try await undo(settings, row)
        #expect(outcome == .undone)
        #expect(database.run("SELECT count(*) FROM users") == ["0"] && database.countsOfLinks == "0/0/2")
    }

    @Test(arguments: backends) func `a provisioned row that others refer to stays, even where they would be deleted with it`(
        backend: Backend
    ) async throws {
        let database = TestDatabase(backend)
        let settings = provisioning(database)
        try await provision(settings)
        let type = backend.isPostgres ? "uuid" : "TEXT"
        database.run("CREATE TABLE posts (author \(type) REFERENCES users (id) ON DELETE CASCADE)")
        database.run("INSERT INTO posts SELECT id FROM users")
        let row = try await entry(database, settings, .provision)
        let outcome = try await undo(settings, row)
        #expect(outcome == .left(.rowInUse(table: "\"posts\"")))
        #expect(database.run("SELECT count(*) FROM posts") == ["1"])
        database.run("DELETE FROM posts")
        let alone = try await undo(settings, row)
        #expect(alone == .undone)
    }

    // MARK: Flips

    @Test(arguments: backends) func `a live flip ends, unless another was set in its place`(backend: Backend) async throws {
        let database = TestDatabase(backend)
        let settings = database.settings()
        func flip(_ mode: Mode, at time: UnixTime) async throws {
            try await withDirectory(settings) { directory in
                try await directory.set([
                    RouteOverride(route: "posts", mode: mode, base: .legacy, actor: "grace", made: time, expires: nil)
                ])
            }
        }
        try await flip(.dual, at: noon)
        let first = try await entry(database, settings, .flip)
        try await flip(.clerk, at: noon.adding(seconds: 1))
        let second = try await entry(database, settings, .flip)
        let refused = try await undo(settings, first)
        #expect(refused == .left(.laterEntry(second.id, action: "flip")))
        let ended = try await undo(settings, second)
        #expect(ended == .undone && database.run("SELECT count(*) FROM \(database.state("overrides"))") == ["0"])
        let nothingLeft = try await undo(settings, first)
        #expect(nothingLeft == .undone)
    }

    // MARK: The end of a Clerk user

    private func created(_ session: Session, _ user: UserID, batch: String = "b") async throws -> LedgerRow {
        try await session.append(
            LedgerEntry(
                .createClerkUser, user: user, clerkUser: ClerkUserID("user_a"), rule: nil, requestID: nil, time: noon, batch: batch)
        )
        var filter = LedgerFilter()
        filter.action = LedgerAction.createClerkUser.rawValue
        return try #require(try await session.ledgerRows(filter, most: 1).first)
    }

    @Test(arguments: backends) func `a Clerk user ends once, and may stay after all`(backend: Backend) async throws {
        let database = TestDatabase(backend)
        database.add(1)
        let settings = database.settings()
        _ = try await onLoop { try await DirectorySchema(settings).apply() }
        try await onLoop {
            let session = try await Session(settings, on: TestDatabase.connection(settings))
            defer { session.close() }
            let (clerkUser, row) = (ClerkUserID("user_a"), try await created(session, backend.id(1)))
            for isFirst in [true, false] {
                let notice = try await session.announceEnd(of: clerkUser, row, with: [row], at: noon)
                #expect(notice == .given(isFirst: isFirst))
                #expect(try await session.undoFindings(.batch("b"))?.ended == [clerkUser])
            }
            try await session.withdrawEnd(of: clerkUser)
            #expect(try await session.undoFindings(.batch("b"))?.ended == [])
        }
    }

    @Test(arguments: backends, ["link", "null-hashes"]) func `what comes after the last look is seen before anybody ends`(
        backend: Backend, what: String
    ) async throws {
        let database = TestDatabase(backend)
        database.add(1, 2)
        let settings = database.settings()
        _ = try await onLoop { try await DirectorySchema(settings).apply() }
        let note = note
        try await onLoop {
            let session = try await Session(settings, on: TestDatabase.connection(settings))
            defer { session.close() }
            let (clerkUser, row) = (ClerkUserID("user_a"), try await created(session, backend.id(1)))
            let before = try await session.rehearseUndo([row], note, at: noon)
            #expect(before == nil)
            if what == "link" {
                let other = try #require(try await session.user(backend.id(2)))
                #expect(try await session.link(newLink(other, "user_a")).linked != nil)
            } else {
                try await session.append(
                    LedgerEntry(.finalize, user: nil, clerkUser: nil, rule: what, requestID: nil, time: noon))
            }
            let notice = try await session.announceEnd(of: clerkUser, row, with: [row], at: noon)
            guard case .needless(.left) = notice else {
                Issue.record("\(notice)")
                return
            }
            #expect(try await session.undoFindings(.batch("b"))?.ended == [])
        }
    }

    // MARK: What is selected

    @Test(arguments: backends) func `a selection comes with what rests on it`(backend: Backend) async throws {
        let database = TestDatabase(backend)
        let settings = database.settings()
        _ = try await onLoop { try await DirectorySchema(settings).apply() }
        let rows: [(String, String?, String?, String?)] = [
            ("create_clerk_user", "1", "user_1", "b"), ("link", "1", "user_1", "b"), ("link", "2", "user_2", nil),
            ("unlink", "1", "user_1", nil), ("create_clerk_user", "3", "user_3", "b"), ("flip", nil, nil, nil),
        ]
        try await onLoop {
            let session = try await Session(settings, on: TestDatabase.connection(settings))
            defer { session.close() }
            for (action, user, clerkUser, batch) in rows {
                try await session.append(
                    LedgerEntry(
                        try #require(LedgerAction(rawValue: action)), user: user.map(UserID.init),
                        clerkUser: clerkUser.map(ClerkUserID.init),
                        rule: nil, requestID: nil, time: noon, batch: batch))
            }
            database.run(
                """
                INSERT INTO \(database.state("links")) (user_id, clerk_user_id, rule, linked_at, first_session_at)
                VALUES ('3', 'user_3', 'found', '2026-11-21 04:05:06', '2026-11-21 04:05:06')
                """)
            let batch = try #require(try await session.undoFindings(.batch("b")))
            #expect(batch.selected.map(\.id) == [1, 2, 5] && batch.others.map(\.id) == [4])
            #expect(batch.undone.isEmpty && batch.seen == [ClerkUserID("user_3")] && batch.ended == [])
            let entry = try #require(try await session.undoFindings(.entry(1)))
            #expect(entry.selected.map(\.id) == [1] && entry.others.map(\.id) == [2, 4])
            let since = try #require(try await session.undoFindings(.since(noon)))
            #expect(since.selected.count == 6 && since.others.isEmpty)
            for nothing in [UndoSelection.entry(99), .batch(""), .batch("B"), .since(noon.adding(milliseconds: 1))] {
                let found = try await session.undoFindings(nothing)
                #expect(found == UndoFindings(), "\(nothing)")
            }
        }
    }
}
