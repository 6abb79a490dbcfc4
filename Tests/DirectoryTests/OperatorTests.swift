import Authentication
import Directory
import Identity
import PostgresTesting
import Settings
import Telemetry
import Testing

/// What a person settles by hand, in every backend.
@Suite("Session+Operator", .serialized) struct OperatorTests {
    let note = OperatorNote(actor: "grace", reason: "two people, ticket 17")

    @Test(arguments: Backend.allCases) func `a link that was taken away is gone everywhere, and the ledger says by whom`(
        backend: Backend
    ) async throws {
        let database = TestDatabase(backend)
        database.add(1)
        let note = note
        try await withDirectory(database.settings()) { directory in
            _ = try await directory.link(backend.id(1), to: "user_a")
            let outcome = try await directory.unlink(backend.id(1), note, at: noon)
            #expect(outcome == .unlinked(ClerkUserID("user_a")))
            let again = try await directory.unlink(backend.id(1), note, at: noon)
            #expect(again == .notLinked)
            let nobody = try await directory.unlink(backend.id(2), note, at: noon)
            #expect(nobody == .noSuchUser)
        }
        #expect(database.countsOfLinks == "0/0/2")
        #expect(database.run("SELECT count(*) FROM users WHERE migrated_at IS NOT NULL") == ["0"])
        #expect(
            database.run("SELECT actor, action, detail FROM \(database.state("ledger")) WHERE action = 'unlink'")
                == ["grace|unlink|two people, ticket 17"])
    }

    @Test(arguments: Backend.allCases) func `no rule makes a link again that an operator took away, an operator does`(
        backend: Backend
    ) async throws {
        let database = TestDatabase(backend)
        database.add(1)
        let note = note
        try await withDirectory(database.settings()) { directory in
            _ = try await directory.link(backend.id(1), to: "user_a")
            _ = try await directory.unlink(backend.id(1), note, at: noon)
            let refused = try await directory.link(backend.id(1), to: "user_a")
            #expect(refused == .unlinked)
            let other = try await directory.link(backend.id(1), to: "user_b")
            #expect(other.linked != nil)
            _ = try await directory.unlink(backend.id(1), note, at: noon)
            let row = try #require(try await directory.user(backend.id(1)))
            let byHand = NewLink(
                row: row, clerkUser: ClerkUserID("user_a"), rule: "manual", needsSoleEmail: false, requestID: "", time: noon,
                note: note)
            let outcome = try await directory.link(byHand)
            #expect(outcome.linked != nil)
        }
        #expect(
            database.run("SELECT actor, rule, detail FROM \(database.state("ledger")) WHERE rule = 'manual'")
                == ["grace|manual|two people, ticket 17"])
    }

    @Test(arguments: Backend.allCases) func `the queue holds what waits, the latest first, and forgets who was linked or dismissed`(
        backend: Backend
    ) async throws {
        let database = TestDatabase(backend)
        database.add(1)
        let note = note
        try await withDirectory(database.settings()) { directory in
            for (user, code, time) in [("user_a", "ambiguous_email", noon), ("user_b", "privileged_row", noon.adding(seconds: 60))]
            {
                for _ in 0..<2 {
                    try await directory.recordReview(
                        clerkUser: ClerkUserID(user), candidate: code == "privileged_row" ? backend.id(1) : nil, code: code,
                        at: time)
                }
            }
            let waiting = try await directory.reviews(most: 10)
            #expect(waiting.map(\.clerkUser.text) == ["user_b", "user_a"])
            #expect(waiting.map(\.candidate) == [backend.id(1), nil])
            #expect(waiting.map(\.count) == [2, 2])
            let first = try await directory.reviews(most: 1)
            #expect(first.count == 1)
            _ = try await directory.link(backend.id(1), to: "user_b")
            let after = try await directory.reviews(most: 10)
            #expect(after.map(\.clerkUser.text) == ["user_a"])
            let dismissed = try await directory.dismiss(ClerkUserID("user_a"), note, at: noon)
            #expect(dismissed == 1)
            let twice = try await directory.dismiss(ClerkUserID("user_a"), note, at: noon)
            #expect(twice == 0)
            let left = try await directory.reviews(most: 10)
            #expect(left.isEmpty)
        }
    }

    @Test(arguments: [Backend.postgresUUID, .sqliteText]) func `what operators do is sealed with the rest`(backend: Backend)
        async throws
    {
        let database = TestDatabase(backend)
        database.add(1)
        let (note, settings) = (note, database.settings())
        try await withDirectory(settings) { directory in
            _ = try await directory.link(backend.id(1), to: "user_a")
            _ = try await directory.unlink(backend.id(1), note, at: noon)
            await directory.sealLedger()
            let verdict = try await DirectorySchema(settings).verifyLedger()
            #expect(verdict == .intact(sealed: 2, pending: 0))
        }
    }
}
