import Authentication
import Testing

@testable import Directory

@Suite struct UndoPlanTests {
    private func row(
        _ id: Int64, _ action: String, _ user: String? = "1", _ clerkUser: String? = "user_1", rule: String? = nil,
        detail: String? = nil
    ) -> LedgerRow {
        LedgerRow([
            "\(id)", "2026-11-21 04:05:06.789000", "segue", action, user, clerkUser, rule, nil, detail, nil, nil, nil,
        ])
    }

    private func plan(
        _ selected: [LedgerRow], others: [LedgerRow] = [], undone: Set<Int64> = [], kept: [ClerkUserID: UndoObstacle] = [:]
    ) -> UndoPlan {
        var findings = UndoFindings()
        (findings.selected, findings.others, findings.undone) = (selected, others, undone)
        return UndoPlan(findings, kept: kept)
    }

    @Test func `the latest entry goes first`() {
        let plan = plan([row(1, "create_clerk_user"), row(2, "link"), row(3, "unlink"), row(4, "link")])
        #expect(plan.steps.map(\.row.id) == [4, 3, 2, 1] && plan.left.isEmpty)
        let (user, clerkUser) = (UserID("1"), ClerkUserID("user_1"))
        #expect(
            plan.steps.map(\.reversal)
                == [.unlink(user, clerkUser), .link(user, clerkUser), .unlink(user, clerkUser), .deleteClerkUser(clerkUser)])
        #expect(plan.deletions == [clerkUser])
    }

    @Test(arguments: [("1", "user_2"), ("2", "user_1"), ("1", nil), (nil, "user_1")] as [(String?, String?)])
    func `an entry that a later one rests on stays, by the user or by the Clerk user`(user: String?, clerkUser: String?) {
        let plan = plan([row(1, "link")], others: [row(2, "link", user, clerkUser)])
        #expect(plan.steps.isEmpty && plan.left.map(\.obstacle) == [.laterEntry(2, action: "link")])
    }

    @Test func `what stays is what the entries before it rest on`() {
        let plan = plan([row(1, "create_clerk_user"), row(2, "link")], others: [row(3, "unlink")])
        #expect(plan.steps.isEmpty)
        #expect(plan.left.map(\.obstacle) == [.laterEntry(3, action: "unlink"), .laterEntry(3, action: "unlink")])
        let byUser = self.plan([row(1, "create_clerk_user", nil), row(2, "link")], others: [row(3, "unlink", "1", nil)])
        #expect(byUser.left.map(\.obstacle) == [.laterEntry(2, action: "link"), .laterEntry(3, action: "unlink")])
    }

    @Test func `earlier entries, other people and what was undone or looked at stand in nobody's way`() {
        let others = [
            row(1, "link"), row(3, "link", "2", "user_2"), row(4, "unlink"), row(5, "undo", rule: "unlink", detail: "entry 4"),
            row(6, "dismiss", nil, "user_1"),
        ]
        let plan = plan([row(2, "link")], others: others, undone: [4])
        #expect(plan.steps.map(\.row.id) == [2] && plan.left.isEmpty)
    }

    @Test func `what was undone is not undone again, and the entry that says so is no work of its own`() {
        let plan = plan([row(1, "link"), row(2, "undo", rule: "link", detail: "entry 1: a reason")], undone: [1])
        #expect(plan.steps.isEmpty && plan.left.isEmpty && plan.doneBefore == 1)
    }

    @Test func `whatever is selected about a Clerk user who is kept stays`() {
        let selected = [row(1, "create_clerk_user"), row(2, "link"), row(3, "create_clerk_user", "2", "user_2")]
        let plan = plan(selected, kept: [ClerkUserID("user_1"): .signedIn])
        #expect(plan.steps.map(\.row.id) == [3])
        #expect(plan.left.map(\.row.id) == [1, 2] && plan.left.allSatisfy { $0.obstacle == .signedIn })
    }

    @Test(arguments: ["undo", "dismiss", "deactivate", "remove", "of_a_later_version", ""])
    func `no entry is undone whose reverse nobody knows`(action: String) {
        let plan = plan([row(1, action, detail: "entry 17")])
        #expect(plan.steps.isEmpty && plan.left.map(\.obstacle) == [.noReversal])
    }

    @Test(arguments: ["link", "unlink", "provision", "create_clerk_user"])
    func `an entry without its people is not undone`(action: String) {
        let plan = plan([row(1, action, nil, nil)])
        #expect(plan.steps.isEmpty && plan.left.map(\.obstacle) == [.noReversal])
    }

    @Test func `an unknown later entry is rested on`() {
        let plan = plan([row(1, "link")], others: [row(2, "of_a_later_version", "1", nil)])
        #expect(plan.left.map(\.obstacle) == [.laterEntry(2, action: "of_a_later_version")])
    }

    @Test func `a flip goes back to the file unless the route was flipped again, and the end of one has no reverse`() {
        func flip(_ id: Int64, _ rule: String, _ route: String) -> LedgerRow {
            row(id, "flip", nil, nil, rule: rule, detail: route)
        }
        let first = flip(1, "legacy -> dual", "posts")
        #expect(plan([first], others: [flip(2, "legacy -> dual", "chat")]).steps.map(\.reversal) == [.endOverride(route: "posts")])
        #expect(
            plan([first], others: [flip(2, "legacy -> clerk", "posts")]).left.map(\.obstacle) == [.laterEntry(2, action: "flip")])
        #expect(plan([flip(1, "end of legacy -> dual", "posts")]).left.map(\.obstacle) == [.noReversal])
    }

    @Test(
        arguments: [("entry 17", 17), ("entry 17: ticket 3", 17), ("entry x", nil), ("17", nil), ("", nil), (nil, nil)]
            as [(String?, Int64?)])
    func `an undo names its entry`(detail: String?, id: Int64?) {
        #expect(row(20, "undo", detail: detail).undoneEntry == id)
        #expect(row(20, "link", detail: detail).undoneEntry == nil)
        #expect(row(20, "undo", detail: row(17, "link").undoDetail("a: b")).undoneEntry == 17)
    }

    @Test func `a waiver ends, whatever came later, and only NOT NULL of the last steps is taken back`() {
        let waived = plan([row(1, "waive", "1", nil)], others: [row(2, "link")])
        #expect(waived.steps.map(\.reversal) == [.endWaiver(UserID("1"))])
        #expect(plan([row(1, "link")], others: [row(2, "waive", "1", nil)]).left.isEmpty)
        let steps = plan([
            row(1, "finalize", nil, nil, rule: "not-null"), row(2, "finalize", nil, nil, rule: "null-hashes"),
            row(3, "backup", nil, nil),
        ])
        #expect(steps.steps.map(\.reversal) == [.allowNoLink] && steps.left.map(\.obstacle) == [.noReversal])
    }

    @Test func `who has come with a Clerk session is marked, where a link or a row goes`() {
        var findings = UndoFindings()
        findings.selected = [
            row(1, "create_clerk_user"), row(2, "link"), row(3, "provision", "2", "user_2"), row(4, "link", "3", "user_3"),
        ]
        findings.seen = [ClerkUserID("user_1"), ClerkUserID("user_2")]
        #expect(UndoPlan(findings, kept: [:]).steps.filter(\.isOfSeen).map(\.row.id) == [3, 2])
    }

    @Test func `people are undone one by one, those with the same Clerk user together, and what is about everybody first`() {
        let plan = plan([
            row(1, "link", "1", "user_1"), row(2, "link", "2", "user_2"), row(3, "unlink", "1", "user_1"),
            row(4, "link", "3", "user_1"), row(5, "finalize", nil, nil, rule: "not-null"), row(6, "link", "1", "user_4"),
            row(7, "link", "2", "user_5"),
        ])
        #expect(plan.people.map { $0.map(\.row.id) } == [[5], [7, 2], [6, 4, 3, 1]])
        let joined = self.plan([
            row(1, "link", "1", "user_2"), row(2, "link", "2", "user_2"), row(3, "link", "1", "user_1"),
            row(4, "link", "3", "user_3"),
        ])
        #expect(joined.people.map { $0.map(\.row.id) } == [[4], [3, 2, 1]])
        #expect(self.plan([]).people.isEmpty)
    }
}
