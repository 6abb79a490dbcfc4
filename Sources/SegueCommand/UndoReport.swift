internal import Authentication
internal import Directory
internal import Identity
internal import JSON
internal import Telemetry

/// What `segue undo` says: the plan, then what became of it.
struct UndoReport: Sendable {
    private let plan: UndoPlan
    private let isDryRun: Bool
    private var outcomes: [Int64: UndoOutcome] = [:]
    private var failure: String?

    init(_ plan: UndoPlan, isDryRun: Bool) { (self.plan, self.isDryRun) = (plan, isDryRun) }

    mutating func add(_ outcomes: [Int64: UndoOutcome], _ failure: String?) {
        (self.outcomes, self.failure) = (outcomes, failure)
    }

    private var undone: Int { outcomes.values.count { $0 == .undone || $0 == .doneBefore } }

    /// By the plan, or found out on the way.
    private var left: [UndoPlan.Left] {
        plan.left
            + plan.steps.compactMap { step in
                guard case .left(let obstacle) = outcomes[step.row.id] else { return nil }
                return UndoPlan.Left(row: step.row, obstacle: obstacle)
            }
    }

    var code: ExitCode {
        if failure != nil { return .remote }
        if left.isEmpty { return .ok }
        return plan.steps.isEmpty ? .precondition : .partial
    }

    // MARK: Text

    /// `nil`: it was said.
    func sayPlan() -> ExitCode? {
        if plan.steps.isEmpty {
            Terminal.talk(plan.left.isEmpty ? "nothing to undo: it was undone before" : "nothing can be undone")
        }
        for step in plan.steps where Terminal.say("\(step.row.line)  =>  \(step.text)".onOneLine) != .ok { return .failed }
        return nil
    }

    func sayEnd() -> ExitCode {
        for entry in left {
            guard Terminal.say("left: \(entry.row.line)  =>  \(entry.obstacle.text)".onOneLine) == .ok else { return .failed }
        }
        var words = isDryRun ? "nothing was done: this was a rehearsal" : "undone: \(undone)"
        if !left.isEmpty { words += "; left as they are: \(left.count)" }
        if plan.doneBefore > 0 { words += "; undone before: \(plan.doneBefore)" }
        Terminal.talk(words)
        if let failure { Terminal.talk("segue: stopped before the end: \(failure). Run it again to go on.") }
        return .ok
    }

    // MARK: JSON

    var json: String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("dry_run", isDryRun)
        writer.key("steps")
        writer.beginArray()
        for step in plan.steps {
            writer.beginObject()
            Self.describe(step.row, &writer)
            writer.member("reverse", step.reversal.code)
            writer.member("seen", step.isOfSeen)
            writer.member("undone", outcomes[step.row.id] == .undone || outcomes[step.row.id] == .doneBefore)
            writer.endObject()
        }
        writer.endArray()
        writer.key("left")
        writer.beginArray()
        for entry in left {
            writer.beginObject()
            Self.describe(entry.row, &writer)
            writer.member("reason", entry.obstacle.code)
            writer.member("text", entry.obstacle.text)
            writer.endObject()
        }
        writer.endArray()
        writer.member("undone", Int64(undone))
        writer.member("undone_before", Int64(plan.doneBefore))
        writer.member("failure", failure)
        writer.endObject()
        return writer.text
    }

    private static func describe(_ row: LedgerRow, _ writer: inout JSONWriter) {
        writer.member("entry", row.id)
        writer.member("action", row.action)
        writer.member("user_id", row.user?.text)
        writer.member("clerk_user_id", row.clerkUser?.text)
    }
}

extension UndoPlan.Step {
    fileprivate var text: String {
        isOfSeen ? "\(reversal.text), of somebody who HAS COME with a Clerk session" : reversal.text
    }
}

extension Reversal {
    fileprivate var code: String {
        switch self {
        case .unlink: "unlink"
        case .removeRow: "remove_row"
        case .deleteClerkUser: "delete_clerk_user"
        case .endOverride: "end_flip"
        case .link: "link"
        case .allowNoLink: "allow_no_link"
        case .endWaiver: "end_waiver"
        }
    }

    fileprivate var text: String {
        switch self {
        case .unlink: "the link is taken away"
        case .removeRow(let user, _): "row \(user.text) is deleted"
        case .deleteClerkUser(let clerkUser): "\(clerkUser.text) is deleted in Clerk"
        case .endOverride(let route): "\(route) is in the mode of the file again"
        case .link: "linked again"
        case .allowNoLink: "rows without a Clerk user are possible again"
        case .endWaiver(let user): "\(user.text) must be linked and seen again before segue finalize"
        }
    }
}

extension UndoObstacle {
    fileprivate var code: String {
        switch self {
        case .laterEntry: "later_entry"
        case .signedIn: "signed_in"
        case .otherExternalID: "other_external_id"
        case .notOurs: "not_ours"
        case .refused: "database_refused"
        case .noReversal: "no_reversal"
        case .directoryDiffers: "directory_differs"
        case .rowChanged: "row_changed"
        case .rowInUse: "row_in_use"
        case .clerkUserDeleted: "clerk_user_deleted"
        case .idIsClerkUser: "id_is_clerk_user"
        }
    }

    fileprivate var text: String {
        switch self {
        case .laterEntry(let id, let action) where ["deactivate", "remove"].contains(action):
            "entry \(id) (\(action)) came later, and nothing takes that back: segue explain --user shows what is left"
        case .laterEntry(let id, let action): "entry \(id) (\(action)) came later and rests on it: segue undo \(id) first"
        case .signedIn: "they have signed in since: Clerk user and link stay"
        case .otherExternalID: "its external_id in Clerk is another one by now: Clerk user and link stay"
        case .refused(let words): "the database refuses it: \(words)"
        case .notOurs: "Clerk does not say that Segue created it: Clerk user and link stay"
        case .noReversal: "nothing takes back an entry of this kind"
        case .directoryDiffers: "the directory says something else by now: segue explain --user shows it"
        case .rowChanged: "the row is not as it was made: it stays"
        case .rowInUse(let table): "rows of \(table) refer to it: it stays"
        case .clerkUserDeleted: "Clerk has told that it deleted the user: nobody can be linked to it any more"
        case .idIsClerkUser: "in this users table the id is the Clerk user id: there is no link to take away"
        }
    }
}
