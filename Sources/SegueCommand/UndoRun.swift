internal import Authentication
internal import Directory
internal import Glibc
internal import Identity
internal import Migration
internal import Telemetry

/// Carries a plan out, person by person and within each the latest entry first, so that little time passes between the question
/// whether somebody has signed in and the end of their Clerk user. A run that stops half way is gone on with by running it again: what is
/// undone is in the ledger. It runs as a task on a loop.
struct UndoRun {
    private let people: [[UndoPlan.Step]]
    private let directory: DirectoryThread
    private let clerk: ClerkCalls?
    private let note: OperatorNote
    /// Clerk users that Segue created and this run deletes.
    private let created: Set<ClerkUserID>
    /// As the plan has them.
    private let (noted, staying): (Set<ClerkUserID>, Set<ClerkUserID>)
    private var kept: [ClerkUserID: UndoObstacle] = [:]
    private(set) var outcomes: [Int64: UndoOutcome] = [:]
    /// Why the run stopped before its end.
    private(set) var failure: String?

    init(_ plan: UndoPlan, _ directory: DirectoryThread, _ clerk: ClerkCalls?, _ note: OperatorNote) {
        (self.directory, self.clerk, self.note) = (directory, clerk, note)
        created = Set(plan.deletions)
        (noted, staying) = (plan.noted, plan.staying)
        people = plan.people
    }

    mutating func carryOut() async {
        var progress = UndoProgress(people.reduce(0) { $0 + $1.count })
        defer { progress.end() }
        do throws(Failure) {
            for clerkUser in staying { try await withdraw(clerkUser) }
            for steps in people {
                try await carryOut(steps)
                progress.report(outcomes.count)
            }
        } catch {
            failure = error.description
        }
    }

    /// One person. The end of their Clerk user comes first: when it turns out that it must stay, nothing was changed yet.
    private mutating func carryOut(_ steps: [UndoPlan.Step]) async throws(Failure) {
        for step in steps {
            guard case .deleteClerkUser(let clerkUser) = step.reversal else { continue }
            if let obstacle = try await end(clerkUser, step.row, among: steps.map(\.row)) { kept[clerkUser] = obstacle }
        }
        for step in steps { outcomes[step.row.id] = try await outcome(of: step, among: steps.map(\.row)) }
    }

    private mutating func outcome(of step: UndoPlan.Step, among rows: [LedgerRow]) async throws(Failure) -> UndoOutcome {
        if let clerkUser = step.row.clerkUser, let obstacle = kept[clerkUser] { return .left(obstacle) }
        let (note, now) = (note, DirectoryVisit.now)
        let keepsSeen = step.row.clerkUser.map(created.contains) ?? false
        let outcome = try await asking { directory throws(Unavailable) in
            try await directory.undo(step.row, with: rows, note, keepsSeen: keepsSeen, at: now)
        }
        if case .left(let obstacle) = outcome, let clerkUser = step.row.clerkUser, keepsSeen { kept[clerkUser] = obstacle }
        return outcome
    }

    /// Deletes a Clerk user whom the ledger and Clerk leave us to delete; otherwise says why not.
    private func end(_ clerkUser: ClerkUserID, _ row: LedgerRow, among rows: [LedgerRow]) async throws(Failure) -> UndoObstacle? {
        let (note, now) = (note, DirectoryVisit.now)
        let refusal = try await asking { directory throws(Unavailable) in try await directory.rehearseUndo(rows, note, at: now) }
        if let refusal { return try await stays(clerkUser, refusal) }
        let isFirst: Bool
        switch try await asking({ directory throws(Unavailable) in
            try await directory.announceEnd(of: clerkUser, row, with: rows, at: now)
        }) {
        case .needless(.left(let obstacle)): return try await stays(clerkUser, obstacle)
        case .needless(.undone), .needless(.doneBefore): return nil
        case .given(let first): isFirst = first
        }
        let end: ClerkCalls.Deletion<UndoObstacle>
        do throws(Failure) {
            end = try await calling { clerk throws(ClerkCallFailure) in
                try await clerk.delete(clerkUser) { UndoKeeping.obstacle($0, for: row.user) }
            }
        } catch {
            // What may have been deleted, or may still be, is not said to stay: the next run finds out.
            if isFirst, !error.mayBeDone { try? await directory.withdrawEnd(of: clerkUser) }
            throw error
        }
        switch end {
        case .deleted: return nil
        case .gone:
            if isFirst { try await withdraw(clerkUser) }
            return nil
        case .kept(let obstacle):
            // Whoever has said it: Clerk has them still.
            try await withdraw(clerkUser)
            return obstacle
        }
    }

    /// Something is against their end by now; an earlier run may have noted it.
    private func stays(_ clerkUser: ClerkUserID, _ obstacle: UndoObstacle) async throws(Failure) -> UndoObstacle {
        if noted.contains(clerkUser) { try await withdraw(clerkUser) }
        return obstacle
    }

    private func withdraw(_ clerkUser: ClerkUserID) async throws(Failure) {
        try await asking { directory throws(Unavailable) in try await directory.withdrawEnd(of: clerkUser) }
    }

    // MARK: Asking

    private enum Failure: Error, CustomStringConvertible {
        case clerk(ClerkCallFailure)
        case directory(Unavailable)
        case noKey

        var description: String {
            switch self {
            case .clerk(let failure): "\(failure)"
            case .directory(let reason): "the directory cannot be asked: \(reason)"
            case .noKey: ClerkLookUps.keyIsMissing
            }
        }

        /// Whether a Clerk user may have been deleted all the same.
        var mayBeDone: Bool { if case .clerk(let failure) = self { failure.mayBeDone } else { false } }
    }

    private func asking<Answer>(
        _ body: (DirectoryThread) async throws(Unavailable) -> Answer
    ) async throws(Failure) -> Answer {
        do throws(Unavailable) { return try await body(directory) } catch { throw .directory(error) }
    }

    private func calling<Answer>(
        _ body: (ClerkCalls) async throws(ClerkCallFailure) -> Answer
    ) async throws(Failure) -> Answer {
        guard let clerk else { throw .noKey }
        do throws(ClerkCallFailure) { return try await body(clerk) } catch { throw .clerk(error) }
    }
}

/// One line on a terminal, written over as entries are undone; elsewhere nothing.
private struct UndoProgress {
    private let count: Int
    private let isShown = isatty(STDERR_FILENO) == 1
    private var isBegun = false

    init(_ count: Int) { self.count = count }

    mutating func report(_ done: Int) {
        guard isShown else { return }
        Terminal.progress("\(done) of \(counted(count, "entry", "entries"))")
        isBegun = true
    }

    mutating func end() { if isBegun { Terminal.progress("") } }
}
