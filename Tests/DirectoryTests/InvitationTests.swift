import Authentication
import Identity
import Invitations
import PostgresTesting
import Settings
import Sockets
import Telemetry
import Testing

@testable import Directory

/// The life of an invitation, in every backend.
@Suite("Session+Invitations", .serialized) struct InvitationTests {
    func token(_ byte: UInt8) -> InvitationDigest { InvitationToken(random: [UInt8](repeating: byte, count: 32)).digest }

    func invitation(
        _ user: UserID, _ byte: UInt8, kind: InvitationKind = .link, at created: UnixTime = noon, hours: Int64 = 24
    ) -> NewInvitation {
        NewInvitation(
            user: user, kind: kind, token: token(byte), address: InvitationDigest(ofAddress: "a@b"),
            clerkUser: kind == .welcome ? ClerkUserID("user_made") : nil, batch: nil, created: created,
            expires: created.adding(seconds: hours * 3_600))
    }

    /// Reads the row, as the page does, and accepts.
    private func accept(
        _ byte: UInt8, _ user: UserID, _ clerkUser: String, at time: UnixTime = noon, in directory: DirectoryThread
    ) async throws -> LinkOutcome {
        let row = try #require(try await directory.user(user))
        let link = NewLink(
            row: row, clerkUser: ClerkUserID(clerkUser), rule: "invitation", needsSoleEmail: false, requestID: "r", time: time)
        return try await directory.accept(token(byte), link)
    }

    @Test(arguments: Backend.allCases) func `an invitation is used once, and another's never`(backend: Backend) async throws {
        let database = TestDatabase(backend)
        database.add(1, 2)
        try await withDirectory(database.settings()) { directory in
            let (ada, bob) = (backend.id(1), backend.id(2))
            #expect(try await directory.begin(invitation(ada, 1), .asked(perHour: 60)) == .begun)
            let seen = try await directory.invitation(token(1), isOpened: false, at: noon)
            #expect(seen?.user == ada && seen?.isUsed == false && seen?.isExpired == false)
            #expect(try await accept(2, ada, "user_ada", in: directory) == .changed)
            #expect(try await accept(1, bob, "user_bob", in: directory) == .changed)
            #expect(try await accept(1, ada, "user_ada", in: directory).linked?.id == ada)
            #expect(try await directory.invitation(token(1), isOpened: false, at: noon)?.isUsed == true)
            #expect(try await accept(1, ada, "user_eve", in: directory) == .changed)
            #expect(database.countsOfLinks == "1/1/1")
        }
    }

    @Test(arguments: Backend.allCases) func `of many who accept at once one is linked`(backend: Backend) async throws {
        let database = TestDatabase(backend)
        database.add(1)
        try await withDirectory(database.settings()) { directory in
            let ada = backend.id(1)
            #expect(try await directory.begin(invitation(ada, 1), .asked(perHour: 60)) == .begun)
            async let a = accept(1, ada, "user_a", in: directory)
            async let b = accept(1, ada, "user_b", in: directory)
            async let c = accept(1, ada, "user_c", in: directory)
            let outcomes = [try await a, try await b, try await c]
            #expect(outcomes.compactMap(\.linked).count == 1)
            #expect(database.countsOfLinks == "1/1/1")
        }
    }

    @Test(arguments: Backend.allCases) func `an expired one links nobody, nor one that was replaced`(backend: Backend) async throws
    {
        let database = TestDatabase(backend)
        database.add(1)
        try await withDirectory(database.settings()) { directory in
            let ada = backend.id(1)
            expect(try await directory.begin(invitation(ada, 1, hours: 1), .asked(perHour: 60)), is: .begun)
            let late = noon.adding(seconds: 3_600)
            expect(try await directory.invitation(token(1), isOpened: false, at: late)?.isExpired, is: true)
            expect(try await accept(1, ada, "user_ada", at: late, in: directory), is: .changed)
            expect(try await directory.begin(invitation(ada, 2), .asked(perHour: 60)), is: .begun)
            expect(try await directory.invitation(token(1), isOpened: false, at: noon), is: nil)
            expect(try await accept(1, ada, "user_ada", in: directory), is: .changed)
            #expect(database.countsOfLinks == "0/0/0")
            expect(try await accept(2, ada, "user_ada", in: directory).linked?.id, is: ada)
        }
    }

    @Test(arguments: Backend.allCases) func `a welcome lets in once, and again where Clerk gave no ticket`(backend: Backend)
        async throws
    {
        let database = TestDatabase(backend)
        try await withDirectory(database.settings()) { directory in
            #expect(try await directory.begin(invitation(backend.id(1), 1, kind: .welcome), .asked(perHour: 60)) == .begun)
            #expect(try await directory.begin(invitation(backend.id(2), 2), .asked(perHour: 60)) == .begun)
            #expect(try await directory.redeem(token(1), at: noon.adding(seconds: 24 * 3_600)) == nil)
            #expect(try await directory.redeem(token(1), at: noon) == ClerkUserID("user_made"))
            #expect(try await directory.redeem(token(1), at: noon) == nil)
            try await directory.giveBack(token(1))
            #expect(try await directory.redeem(token(1), at: noon) == ClerkUserID("user_made"))
            #expect(try await directory.redeem(token(2), at: noon) == nil)
        }
    }

    @Test(arguments: Backend.allCases) func `that it was opened is noted once and changes nothing else`(backend: Backend)
        async throws
    {
        let database = TestDatabase(backend)
        database.add(1)
        try await withDirectory(database.settings()) { directory in
            let ada = backend.id(1)
            #expect(try await directory.begin(invitation(ada, 1), .asked(perHour: 60)) == .begun)
            for second in 0..<3 {
                _ = try await directory.invitation(token(1), isOpened: true, at: noon.adding(seconds: Int64(second)))
            }
            let opened = database.run("SELECT opened_at FROM \(database.state("invitations"))")
            #expect(opened.first?.contains("12:00:00") == true)
            #expect(database.countsOfLinks == "0/0/0")
            #expect(try await accept(1, ada, "user_ada", in: directory).linked?.id == ada)
        }
    }

    @Test(arguments: [Backend.postgresUUID, .sqliteText]) func `a name comes from the row`(backend: Backend) async throws {
        let database = TestDatabase(
            backend,
            columns: "email text, role text, is_active boolean DEFAULT true, clerk_user_id text, migrated_at timestamp, name text")
        database.run("INSERT INTO users (id, email, name) VALUES ('\(backend.id(1).text)', 'a@b', 'Ada')")
        try await withDirectory(database.settings { $0.users.name = "name" }) { directory in
            expect(try await directory.addressee(backend.id(1))?.name, is: "Ada")
            expect(try await directory.addressee(backend.id(2)), is: nil)
        }
    }
}
