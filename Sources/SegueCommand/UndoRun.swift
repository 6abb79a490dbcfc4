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
    private var kept: [ClerkUserID: UndoObstacle] = [:]
    private(set) var outcomes: [Int64: UndoOutcome] = [:]
    /// Why the run stopped before its end.
    private(set) var failure: String?

    init(_ plan: UndoPlan, _ directory: DirectoryThread, _ clerk: ClerkCalls?, _ note: OperatorNote) {
        (self.directory, self.clerk, self.note) = (directory, clerk, note)
        created = Set(plan.deletions)
        people = plan.people
    }

    mutating func carryOut() async {
        var progress = UndoProgress(people.reduce(0) { $0 + $1.count })
        defer { progress.end() }
        for steps in people {
            do throws(Failure) { try await carryOut(steps) } catch {
                failure = error.description
                return
            }
            progress.report(outcomes.count)
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
        switch try await asking({ directory throws(Unavailable) in try await directory.mayUndo(row, with: rows) }) {
        case .left(let obstacle): return obstacle
        case .undone, .doneBefore: return nil
        case nil: break
        }
        let (note, now) = (note, DirectoryVisit.now)
        let refusal = try await asking { directory throws(Unavailable) in try await directory.rehearseUndo(rows, note, at: now) }
        if let refusal { return refusal }
        let isOurs = try await asking { directory throws(Unavailable) in try await directory.announceEnd(of: clerkUser, at: now) }
        let end: ClerkCalls.Deletion<UndoObstacle>
        do throws(Failure) {
            end = try await calling { clerk throws(ClerkCallFailure) in
                try await clerk.delete(clerkUser) { UndoKeeping.obstacle($0, for: row.user) }
            }
        } catch {
            if isOurs { try? await directory.withdrawEnd(of: clerkUser) }
            throw error
        }
        if isOurs, end != .deleted {
            try await asking { directory throws(Unavailable) in try await directory.withdrawEnd(of: clerkUser) }
        }
        return if case .kept(let obstacle) = end { obstacle } else { nil }
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
