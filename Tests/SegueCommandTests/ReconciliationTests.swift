import Authentication
import Directory
import Migration
import Testing

@testable import SegueCommand

@Suite struct ReconciliationTests {
    private func pair(isOurs: Bool = true, recorded: String? = nil) -> LinkedPair {
        LinkedPair(
            user: UserID("42"), clerkUser: ClerkUserID("user_1"), recorded: recorded.map { ClerkUserID($0) }, isOurs: isOurs)
    }

    private func record(externalID: String? = "42", isBanned: Bool = false, isLocked: Bool = false) -> ClerkUser {
        ClerkUser(
            id: ClerkUserID("user_1"), externalID: externalID, primaryEmail: nil, emailAddresses: [], isBanned: isBanned,
            isLocked: isLocked, hasSignedIn: true)
    }

    private func codes(_ pair: LinkedPair, _ record: ClerkUser?) -> [String] {
        Reconciliation.drifts([pair], [record].compactMap(\.self)).map(\.code)
    }

    @Test func `a link that Clerk confirms is in order, whoever made the user`() {
        #expect(codes(pair(), record()).isEmpty)
        #expect(codes(pair(isOurs: false), record(externalID: nil)).isEmpty)
    }

    @Test func `a Clerk user who is gone is named`() {
        #expect(codes(pair(), nil) == ["gone"])
        #expect(codes(pair(isOurs: false), nil) == ["gone"])
    }

    @Test(arguments: [nil, "43", "", "042"]) func `the external_id of a user of ours is the row's`(externalID: String?) {
        #expect(codes(pair(), record(externalID: externalID)) == ["other_external_id"])
    }

    @Test func `everything that is wrong is named at once`() {
        let wrong = record(externalID: "43", isBanned: true, isLocked: true)
        #expect(codes(pair(recorded: "user_2"), wrong) == ["record_differs", "other_external_id", "banned", "locked"])
    }

    @Test func `a user of ours whom nobody is linked to is named while Clerk has it`() {
        let created = [CreatedUser(entry: 7, user: nil, clerkUser: ClerkUserID("user_1"))]
        #expect(Reconciliation.drifts(created, []).isEmpty)
        let drift = Reconciliation.drifts(created, [record()]).first
        #expect(drift?.kind == .unlinked(entry: 7) && drift?.remedy == "segue undo 7")
    }

    @Test func `no remedy commands a terminal`() {
        let drift = Drift(user: UserID("4\n2"), clerkUser: ClerkUserID("user_1"), kind: .otherExternalID("a\nb"))
        #expect(!drift.line.contains("\n"))
    }
}
