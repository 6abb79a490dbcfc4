import Authentication
import Identity
import Invitations
import PostgresTesting
import Settings
import Sockets
import Telemetry
import Testing

@testable import Directory

/// Whose turn it is to write to somebody.
extension InvitationTests {
    @Test(arguments: Backend.allCases) func `a run takes its turn, and no other's`(backend: Backend) async throws {
        let database = TestDatabase(backend)
        database.add(1) { _ in "a@b" }
        try await withDirectory(database.settings()) { directory in
            let ada = backend.id(1)
            func turn(_ byte: UInt8, after seconds: Int64, began: Int64, resends: Bool = false) async throws -> Bool {
                let invitation = invitation(ada, byte, at: noon.adding(seconds: seconds))
                return try await directory.begin(invitation, .run(began: noon.adding(seconds: began), resends: resends)) == .begun
            }
            #expect(try await turn(1, after: 1, began: 0))
            // On its way, and then sent: nobody's turn, not even a later run's.
            #expect(try await !turn(2, after: 2, began: 2))
            #expect(try await turn(3, after: 200, began: 199))
            try await directory.note(.sent, of: invitation(ada, 3, at: noon.adding(seconds: 200)), at: noon)
            #expect(try await !turn(4, after: 900, began: 899))
            #expect(try await !turn(4, after: 900, began: 200, resends: true))
            #expect(try await turn(5, after: 900, began: 899, resends: true))
            // What became of one that was replaced says nothing of this one.
            try await directory.note(.failed("no"), of: invitation(ada, 3, at: noon.adding(seconds: 200)), at: noon)
            #expect(database.run("SELECT count(*) FROM \(database.state("invitations")) WHERE failed_at IS NOT NULL") == ["0"])
            try await directory.note(.failed("no"), of: invitation(ada, 5, at: noon.adding(seconds: 900)), at: noon)
            #expect(try await !turn(6, after: 901, began: 900))
            #expect(try await turn(6, after: 902, began: 901))
        }
    }

    @Test(arguments: Backend.allCases) func `of whom the mail server said nothing is written to when asked only`(backend: Backend)
        async throws
    {
        let database = TestDatabase(backend)
        database.add(1) { _ in "a@b" }
        let settings = database.settings()
        try await withDirectory(settings) { directory in
            let ada = backend.id(1)
            #expect(try await directory.begin(invitation(ada, 1), .run(began: noon.adding(seconds: -1), resends: false)) == .begun)
            try await directory.note(.unclear("it hung up"), of: invitation(ada, 1), at: noon)
            let record = try await DirectorySchema(settings).invitationRecords(at: noon).first
            #expect(record?.state == .unclear && record?.failure == "it hung up" && record?.stands(against: .link) == true)
            let later = invitation(ada, 2, at: noon.adding(seconds: 900))
            let began = noon.adding(seconds: 899)
            #expect(try await directory.begin(later, .run(began: began, resends: false)) == .notOurTurn)
            _ = try await directory.invitation(token(1), isOpened: true, at: noon)
            #expect(try await DirectorySchema(settings).invitationRecords(at: noon).first?.state == .opened)
            #expect(try await directory.begin(later, .run(began: began, resends: true)) == .begun)
        }
    }

    @Test(arguments: Backend.allCases) func `who has opened their letter is not written to again, whatever was noted of it`(
        backend: Backend
    ) async throws {
        let database = TestDatabase(backend)
        database.add(1) { _ in "a@b" }
        let settings = database.settings()
        try await withDirectory(settings) { directory in
            let ada = backend.id(1)
            // The process that sent it is killed before it says so.
            let start = try await directory.begin(invitation(ada, 1), .run(began: noon.adding(seconds: -1), resends: false))
            #expect(start == .begun)
            #expect(try await DirectorySchema(settings).invitationRecords(at: noon).first?.state == .begun)
            _ = try await directory.invitation(token(1), isOpened: true, at: noon)
            #expect(try await DirectorySchema(settings).invitationRecords(at: noon).first?.state == .opened)
            let later = invitation(ada, 2, at: noon.adding(seconds: 900))
            let began = noon.adding(seconds: 899)
            #expect(try await directory.begin(later, .run(began: began, resends: false)) == .notOurTurn)
            #expect(try await directory.begin(later, .run(began: began, resends: true)) == .begun)
        }
    }

    @Test(arguments: Backend.allCases) func `who asks too often waits, whoever is asked`(backend: Backend) async throws {
        let database = TestDatabase(backend)
        database.add(1)
        try await withDirectory(database.settings()) { directory in
            let ada = backend.id(1)
            func ask(after seconds: Int64) async throws -> InvitationStart {
                try await directory.begin(
                    invitation(ada, UInt8(truncatingIfNeeded: seconds), at: noon.adding(seconds: seconds)), .asked(perHour: 3))
            }
            for second: Int64 in 0..<3 { expect(try await ask(after: second), is: .begun) }
            expect(try await ask(after: 3), is: .tooOften(retryAfterSeconds: 1_197))
            // What was refused is not counted, and the invitation before is as good as it was.
            expect(try await directory.invitation(token(2), isOpened: false, at: noon)?.user, is: ada)
            expect(try await ask(after: 1_199), is: .tooOften(retryAfterSeconds: 1))
            expect(try await ask(after: 1_200), is: .begun)
            expect(try await ask(after: 1_201), is: .tooOften(retryAfterSeconds: 1_199))
        }
    }

    @Test(arguments: Backend.allCases) func `a run writes to nobody who has changed since it read them`(backend: Backend)
        async throws
    {
        let database = TestDatabase(backend)
        database.add(1) { _ in "A@B" }
        try await withDirectory(database.settings()) { directory in
            let ada = backend.id(1)
            func start(_ byte: UInt8, _ kind: InvitationKind = .link) async throws -> InvitationStart {
                try await directory.begin(invitation(ada, byte, kind: kind), .run(began: noon.adding(seconds: 1), resends: true))
            }
            for (change, back) in [
                ("email = 'c@d'", "email = 'a@b'"), ("is_active = false", "is_active = true"),
                ("clerk_user_id = 'user_x'", "clerk_user_id = NULL"),
            ] {
                database.run("UPDATE users SET \(change)")
                expect(try await start(1), is: .notOurTurn)
                expect(try await start(1, .welcome), is: .notOurTurn)
                database.run("UPDATE users SET \(back)")
            }
            expect(try await start(1, .welcome), is: .notOurTurn)
            expect(try await start(1), is: .begun)
            expect(try await directory.link(ada, to: "user_made").linked?.id, is: ada)
            expect(try await start(2), is: .notOurTurn)
            expect(try await start(2, .welcome), is: .begun)
            try await directory.recordFirstSession(of: ada, clerkUser: ClerkUserID("user_made"), at: noon)
            expect(try await start(3, .welcome), is: .notOurTurn)
            #expect(database.run("SELECT count(*) FROM \(database.state("invitations"))") == ["1"])
        }
    }
}
