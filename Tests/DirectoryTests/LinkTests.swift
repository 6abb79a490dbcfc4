import Authentication
import Directory
import Identity
import PostgresTesting
import Settings
import Telemetry
import Testing

/// What every backend promises about a link.
@Suite(.serialized) struct LinkTests {
    @Test(arguments: Backend.allCases) func `a link is written once, everywhere, with its ledger row`(backend: Backend) async throws
    {
        let database = TestDatabase(backend)
        database.add(1)
        try await withDirectory(database.settings()) { directory in
            let outcome = try await directory.link(backend.id(1), to: "user_a")
            #expect(outcome.linked?.clerkUser == ClerkUserID("user_a"))
            let again = try await directory.link(backend.id(1), to: "user_a")
            #expect(again.existing == outcome.linked)
        }
        let id = backend.id(1).text
        #expect(database.countsOfLinks == "1/1/1")
        #expect(
            database.run("SELECT user_id, clerk_user_id, rule, request_id FROM \(database.state("links"))")
                == ["\(id)|user_a|verified_email|req-1"])
        #expect(
            database.run("SELECT actor, action, user_id, clerk_user_id, rule FROM \(database.state("ledger"))")
                == ["segue|link|\(id)|user_a|verified_email"])
        #expect(database.run("SELECT count(*) FROM users WHERE migrated_at IS NOT NULL") == ["1"])
    }

    @Test(arguments: Backend.allCases) func `a migrated_at that is there is never overwritten`(backend: Backend) async throws {
        let database = TestDatabase(backend)
        database.add(1)
        database.run("UPDATE users SET migrated_at = '2020-01-02 03:04:05'")
        try await withDirectory(database.settings()) { directory in
            _ = try await directory.link(backend.id(1), to: "user_a")
        }
        #expect(database.run("SELECT count(*) FROM users WHERE migrated_at = '2020-01-02 03:04:05'") == ["1"])
    }

    @Test(arguments: Backend.allCases) func `a row of another Clerk user is taken, and stays theirs`(backend: Backend) async throws
    {
        let database = TestDatabase(backend)
        database.add(1)
        try await withDirectory(database.settings()) { directory in
            _ = try await directory.link(backend.id(1), to: "user_a")
            let outcome = try await directory.link(backend.id(1), to: "user_b")
            #expect(outcome == .rowTaken)
        }
        #expect(database.countsOfLinks == "1/1/1")
        #expect(database.run("SELECT clerk_user_id FROM users") == ["user_a"])
    }

    @Test(arguments: Backend.allCases) func `a Clerk user who has a row gets no second one`(backend: Backend) async throws {
        let database = TestDatabase(backend)
        database.add(1, 2)
        try await withDirectory(database.settings()) { directory in
            _ = try await directory.link(backend.id(1), to: "user_a")
            let outcome = try await directory.link(backend.id(2), to: "user_a")
            #expect(outcome.existing?.id == backend.id(1))
        }
        #expect(database.countsOfLinks == "1/1/1")
    }

    @Test(arguments: Backend.allCases) func `a tombstone makes a row inactive, and it is not linked again`(backend: Backend)
        async throws
    {
        let database = TestDatabase(backend)
        database.add(1)
        try await withDirectory(database.settings { $0.users.active = nil }) { directory in
            _ = try await directory.link(backend.id(1), to: "user_a")
            database.run("UPDATE \(database.state("links")) SET tombstoned_at = '2026-01-01 00:00:00'")
            let user = try await directory.user(linkedTo: ClerkUserID("user_a"))
            #expect(user?.isActive == false)
            database.run("UPDATE users SET clerk_user_id = NULL")
            let outcome = try await directory.link(backend.id(1), to: "user_a")
            #expect(outcome == .changed)
        }
    }

    @Test(arguments: Backend.allCases) func `a record that contradicts the row is left to a person`(backend: Backend) async throws {
        let database = TestDatabase(backend)
        database.add(1, 2)
        try await withDirectory(database.settings()) { directory in
            _ = try await directory.link(backend.id(1), to: "user_a")
            database.run("UPDATE users SET clerk_user_id = NULL")
            let other = try await directory.link(backend.id(1), to: "user_b")
            #expect(other == .rowTaken)
            let second = try await directory.link(backend.id(2), to: "user_a")
            #expect(second == .rowTaken)
            // The same pair once more is no contradiction.
            let same = try await directory.link(backend.id(1), to: "user_a")
            #expect(same.linked != nil)
        }
        #expect(database.countsOfLinks == "1/1/2")
    }

    @Test(arguments: Backend.allCases) func `a Clerk user whose row was deleted may be linked to another`(backend: Backend)
        async throws
    {
        let database = TestDatabase(backend)
        database.add(1, 2)
        try await withDirectory(database.settings()) { directory in
            _ = try await directory.link(backend.id(1), to: "user_a")
            database.run("DELETE FROM users WHERE email = 'user1@example.com'")
            let outcome = try await directory.link(backend.id(2), to: "user_a")
            #expect(outcome.linked?.id == backend.id(2))
        }
    }

    // MARK: Notes

    @Test(arguments: Backend.allCases) func `the first session is recorded once, for links of others too`(backend: Backend)
        async throws
    {
        let database = TestDatabase(backend)
        database.add(1, 2)
        database.run("UPDATE users SET clerk_user_id = 'user_found' WHERE email = 'user2@example.com'")
        try await withDirectory(database.settings()) { directory in
            _ = try await directory.link(backend.id(1), to: "user_a")
            for (number, clerkUser) in [(1, "user_a"), (2, "user_found"), (2, "user_a"), (1, "user_b")] {
                for hour: Int64 in 1...2 {
                    try await directory.recordFirstSession(
                        of: backend.id(number), clerkUser: ClerkUserID(clerkUser), at: noon.adding(seconds: hour * 3_600))
                }
            }
        }
        let first =
            backend.isPostgres ? "to_char(first_session_at AT TIME ZONE 'UTC', 'HH24:MI')" : "substr(first_session_at, 12, 5)"
        #expect(
            database.run("SELECT clerk_user_id, rule, \(first) FROM \(database.state("links")) ORDER BY clerk_user_id")
                == ["user_a|verified_email|13:00", "user_found|found|13:00"])
    }

    @Test(arguments: Backend.allCases, [true, false]) func `a session noted late brings no link back that was taken away`(
        backend: Backend, hasColumn: Bool
    ) async throws {
        let database = TestDatabase(backend)
        database.add(1)
        let settings = database.settings { if !hasColumn { $0.users.clerkUserID = nil } }
        try await withDirectory(settings) { directory in
            _ = try await directory.link(backend.id(1), to: "user_a")
            _ = try await directory.unlink(backend.id(1), OperatorNote(actor: "grace", reason: "r"), at: noon)
            try await directory.recordFirstSession(of: backend.id(1), clerkUser: ClerkUserID("user_a"), at: noon)
        }
        #expect(database.countsOfLinks == "0/0/2")
    }

    @Test(arguments: Backend.allCases) func `a refusal is one row, counted`(backend: Backend) async throws {
        let database = TestDatabase(backend)
        try await withDirectory(database.settings()) { directory in
            let clerkUser = ClerkUserID("user_a")
            for second: Int64 in 0..<3 {
                try await directory.recordReview(
                    clerkUser: clerkUser, candidate: nil, code: "email_unverified", at: noon.adding(seconds: second))
            }
            try await directory.recordReview(clerkUser: clerkUser, candidate: backend.id(1), code: "privileged_row", at: noon)
        }
        let rows = database.run(
            "SELECT code, candidate, count, CASE WHEN last_at > first_at THEN 1 ELSE 0 END FROM \(database.state("reviews")) ORDER BY code"
        )
        #expect(rows == ["email_unverified||3|1", "privileged_row|\(backend.id(1).text)|1|0"])
    }

    @Test(arguments: Backend.allCases) func `only a Clerk user that the ledger created counts as created`(backend: Backend)
        async throws
    {
        let database = TestDatabase(backend)
        database.add(1)
        try await withDirectory(database.settings()) { directory in
            _ = try await directory.link(backend.id(1), to: "user_linked")
            database.run(
                """
                INSERT INTO \(database.state("ledger")) (at, actor, action, clerk_user_id)
                VALUES ('2026-01-01', 'segue', 'create_clerk_user', 'user_created')
                """)
            let linked = try await directory.ledgerCreated(ClerkUserID("user_linked"))
            let created = try await directory.ledgerCreated(ClerkUserID("user_created"))
            #expect(!linked && created)
        }
    }
}
