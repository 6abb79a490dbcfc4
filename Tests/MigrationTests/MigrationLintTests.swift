import Authentication
import Migration
import Testing

@Suite("MigrationLint") struct MigrationLintTests {
    @Test func `causes are counted, and five rows of each are shown`() {
        var lint = MigrationLint()
        for number in 1...7 { lint.add(.mend([.emailMalformed, .emailShared]), of: UserID("\(number)")) }
        lint.add(.mend([.emailMalformed]), of: UserID("8"))
        lint.add(.skip(.inactive), of: UserID("9"))
        #expect((lint.rows, lint.defective, lint.creatable) == (9, 8, 0))
        #expect(lint.defects[.emailMalformed]?.count == 8 && lint.defects[.emailShared]?.count == 7)
        #expect(lint.defects[.emailShared]?.examples.map(\.text) == ["1", "2", "3", "4", "5"])
        #expect(lint.skipped[.inactive]?.count == 1)
    }

    @Test(arguments: [
        (MigrationEstimate.Key.live, 20_000, 20_200, 202, 200, 80), (.test, 20_000, 20_200, 2_020, 200, 80),
        (.live, 1, 2, 1, 1, 1), (.test, 101, 103, 11, 2, 1), (.live, 0, 0, 0, 0, 0),
    ]) func `time follows from the limits`(
        key: MigrationEstimate.Key, users: Int, calls: Int, seconds: Int, hours: Int, bulkHours: Int
    ) {
        let estimate = MigrationEstimate(key, users: users)
        #expect((estimate.calls, estimate.seconds) == (calls, seconds))
        #expect((estimate.invitationHours, estimate.bulkInvitationHours) == (hours, bulkHours))
        #expect((estimate.usersMax == nil) == (key == .live))
    }
}
