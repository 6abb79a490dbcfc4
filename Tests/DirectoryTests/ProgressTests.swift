import Authentication
import Identity
import Migration
import PostgresTesting
import Settings
import Telemetry
import Testing

@testable import Directory

/// What `segue status` and `segue reconcile` read, wherever the links stand.
@Suite("MigrationProgress", .serialized) struct ProgressTests {
    enum Place: CaseIterable { case column, mapping, links }

    private func database(_ backend: Backend, _ place: Place) -> (TestDatabase, DirectorySettings) {
        let database = TestDatabase(backend)
        let id = backend.idType.split(separator: " ")[0]
        database.run(
            "CREATE TABLE mapping (user_id \(id) NOT NULL UNIQUE REFERENCES users (id), clerk_user_id text NOT NULL UNIQUE)")
        database.add(1, 2, 3)
        let settings = database.settings { settings in
            settings.users.passwordHash = "role"
            if place != .column { settings.users.clerkUserID = nil }
            if place == .mapping {
                settings.mapping = .init(table: "mapping", userID: "user_id", clerkUserID: "clerk_user_id")
            }
        }
        return (database, settings)
    }

    /// Two links and one that was taken away, a session, a refusal; the third user has no password.
    private func live(_ backend: Backend, _ directory: DirectoryThread) async throws {
        for (number, clerkUser) in [(1, "user_a"), (2, "user_b"), (3, "user_c")] {
            _ = try await directory.link(backend.id(number), to: clerkUser)
        }
        _ = try await directory.unlink(backend.id(3), OperatorNote(actor: "grace", reason: "r"), at: noon)
        try await directory.recordFirstSession(of: backend.id(1), clerkUser: ClerkUserID("user_a"), at: noon)
        try await directory.recordReview(
            clerkUser: ClerkUserID("user_d"), candidate: backend.id(3), code: "privileged_row", at: noon)
    }

    @Test(arguments: Backend.allCases, Place.allCases) func `everybody is counted, and so is a cohort`(
        backend: Backend, place: Place
    ) async throws {
        let (database, settings) = database(backend, place)
        database.run("UPDATE users SET role = '' WHERE email = 'user3@example.com'")
        let cohort = MigrationSelection.cohort(try Cohort(parsing: "email = user1@example.com"))
        try await withDirectory(settings) { directory in
            try await live(backend, directory)
            let schema = DirectorySchema(settings)
            let later = noon.adding(seconds: 60)
            let all = try await schema.progress(.everybody, at: later)
            #expect(all.counts == MigrationCounts(total: 3, migrated: 2))
            #expect((all.withPassword, all.seen, all.reviews, all.linkedInSevenDays) == (2, 1, 1, 2))
            #expect(all.days.map(\.linked) == [3] && all.days.map(\.unlinked) == [1])
            let one = try await schema.progress(cohort, at: later)
            #expect(one.counts == MigrationCounts(total: 1, migrated: 1))
            #expect((one.withPassword, one.seen, one.reviews, one.linkedInSevenDays) == (1, 1, 0, 1))
            let weekLater = try await schema.progress(.everybody, at: noon.adding(seconds: 8 * 86_400))
            #expect(weekLater.linkedInSevenDays == 0 && weekLater.days == all.days)
            let yearLater = try await schema.progress(.everybody, at: noon.adding(seconds: 365 * 86_400))
            #expect(yearLater.days.isEmpty)
        }
    }

    @Test(arguments: Backend.allCases, Place.allCases) func `links are read with what else is said of the two`(
        backend: Backend, place: Place
    ) async throws {
        let (database, settings) = database(backend, place)
        try await withDirectory(settings) { directory in
            try await live(backend, directory)
            try await onLoop {
                let session = try await Session(settings, on: TestDatabase.connection(settings))
                defer { session.close() }
                for (number, clerkUser) in [(2, "user_b"), (3, "user_lost")] {
                    try await session.append(
                        LedgerEntry(
                            .createClerkUser, user: backend.id(number), clerkUser: ClerkUserID(clerkUser), rule: nil,
                            requestID: nil,
                            time: noon))
                }
            }
            var pairs: [LinkedPair] = []
            try await DirectorySchema(settings).linkedPairs { page in
                pairs += page
                return true
            }
            #expect(
                pairs == [
                    LinkedPair(user: backend.id(1), clerkUser: ClerkUserID("user_a"), recorded: nil, isOurs: false),
                    LinkedPair(user: backend.id(2), clerkUser: ClerkUserID("user_b"), recorded: nil, isOurs: true),
                ])
            let unrecorded = try await DirectorySchema(settings).createdUnrecorded()
            #expect(unrecorded.map(\.clerkUser) == [ClerkUserID("user_lost")])
            let shared = try await DirectorySchema(settings).sharedClerkUsers()
            #expect(shared.isEmpty)
        }
        withExtendedLifetime(database) {}
    }
}
