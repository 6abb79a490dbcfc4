import Authentication
import GatewayTesting
import Migration
import Testing

@Suite struct ClerkRollCallTests {
    private let clerk = FakeClerkAdmin()
    private let pace = FakePace()

    private func call(_ count: Int, into lint: inout MigrationLint) async -> String? {
        let people = (1...count).map { ClerkRollCall.Person(id: UserID("\($0)"), email: $0 == 3 ? nil : "user\($0)@example.com") }
        return await ClerkRollCall(ClerkCalls(clerk, pace, isPatient: false)).call(people, into: &lint)
    }

    @Test func `who is there by id is noted once, and who has only the address otherwise`() async {
        clerk.put(ClerkUser("user_a", email: "USER1@example.com", externalID: "1"))
        clerk.put(ClerkUser("user_b", email: "user2@example.com"))
        clerk.put(ClerkUser("user_c", email: "elsewhere@example.com", externalID: "9"))
        var lint = MigrationLint()
        #expect(await call(3, into: &lint) == nil)
        #expect(lint.notes[.inClerk]?.examples == [UserID("1")])
        #expect(lint.notes[.emailInClerk]?.examples == [UserID("2")])
        #expect(clerk.made.isEmpty)
    }

    @Test(arguments: [(1, 2), (100, 2), (101, 4), (250, 6)]) func `two calls for each hundred`(count: Int, calls: Int) async {
        var lint = MigrationLint()
        #expect(await call(count, into: &lint) == nil)
        #expect(clerk.looked.count == calls && pace.turns == calls && pace.blocks.isEmpty)
    }

    @Test func `a 429 is waited for, and not for ever`() async {
        clerk.plan(lookUps: .limited(retryAfterSeconds: 7))
        var lint = MigrationLint()
        #expect(await call(1, into: &lint) == nil)
        #expect(pace.turns == 3 && pace.blocks == [7])
        for _ in 0..<50 { clerk.plan(lookUps: .limited(retryAfterSeconds: 1)) }
        #expect(await call(1, into: &lint) != nil)
    }

    @Test func `what was learned before Clerk went away stands`() async {
        clerk.put(ClerkUser("user_a", email: nil, externalID: "1"))
        var lint = MigrationLint()
        clerk.plan(lookUps: .users([ClerkUser("user_a", email: nil, externalID: "1")]), .failed("status 503"))
        #expect(await call(5, into: &lint) == "status 503")
        #expect(lint.notes[.inClerk]?.count == 1 && lint.notes[.emailInClerk] == nil && pace.pauses == 0)
    }
}
