internal import Authentication
internal import Directory
internal import Identity
internal import Migration
internal import Settings
internal import Telemetry

/// Plans an undoing with what the ledger and Clerk say, and carries it out.
struct UndoWork: Sendable {
    private let settings: Settings
    private let directory: DirectorySettings
    private let selection: UndoSelection
    private let note: OperatorNote
    /// Somebody has said that the Clerk users are gone already.
    private let areGone: Bool
    /// Calls of Clerk's in ten seconds; `nil`: nine tenths of what it allows.
    private let rate: Int?

    /// Says why there is none.
    init?(_ file: String, _ selection: UndoSelection, _ note: OperatorNote, areGone: Bool, rate: Int?) {
        (self.selection, self.note, self.areGone, self.rate) = (selection, note, areGone, rate)
        do throws(SettingsFailure) { settings = try SettingsFile.load(file).settings } catch {
            SettingsFile.report(error)
            return nil
        }
        guard let directory = settings.directory else {
            Terminal.talk("segue: \(file) names no directory")
            return nil
        }
        self.directory = directory
    }

    // MARK: The plan

    func plan() async -> Result<UndoPlan, DirectoryVisit.Failure> {
        let selection = selection
        let asked = await LedgerCommand.ask(DirectorySchema(directory)) { schema throws(DirectorySchema.Failure) in
            try await schema.undoFindings(selection)
        }
        let findings: UndoFindings
        switch asked {
        case .failure(let failure): return .failure(failure)
        case .success(nil):
            return refusal(
                "more than \(DirectorySchema.undoEntriesMax) entries are selected; undo them in parts: by batch, or --since a later time"
            )
        case .success(let found?): findings = found
        }
        guard !findings.selected.isEmpty else { return refusal("\(selection.nothing); segue ledger list shows what it has") }
        if let batch = findings.running.first {
            return refusal("the run \(batch) goes on: end it first (Ctrl-C); a process that died is forgotten after 15 seconds")
        }
        let created = findings.created
        guard !created.isEmpty else { return .success(UndoPlan(findings, kept: [:])) }
        guard let clerk = settings.clerk, clerk.secretKey != nil else {
            return refusal("\(counted(created.count, "Clerk user")) would be deleted, and clerk.secretKey is not set")
        }
        var kept: [ClerkUserID: UndoObstacle] = [:]
        for (id, _) in created where findings.seen.contains(id) { kept[id] = .signedIn }
        do {
            let ids = created.map(\.clerkUser)
            let users = try await ClerkTurns.with(clerk, directory, rate: rate) { _, calls in try await calls?.users(of: ids) ?? []
            }
            // Of whom it is noted that they have ended, it is no news that Clerk has them no more.
            let isForeseen = created.allSatisfy { findings.ended.contains($0.clerkUser) }
            guard !users.isEmpty || areGone || isForeseen else { return refusal(Self.strangers(created.count)) }
            let obstacles = UndoKeeping.obstacles(users, created)
            kept.merge(obstacles) { first, _ in first }
            var plan = UndoPlan(findings, kept: kept)
            plan.noted = findings.ended.intersection(users.map(\.id))
            return .success(plan)
        } catch {
            return .failure(.init(code: Terminal.fail("\(error)", .remote)))
        }
    }

    /// Nobody there whom the ledger names: more likely the wrong key than a batch that somebody deleted by hand.
    private static func strangers(_ count: Int) -> String {
        """
        Clerk has none of the \(counted(count, "user")) that would be deleted: clerk.secretKey may be another instance's \
        (segue doctor says so). Say --gone if they were deleted in Clerk by hand
        """
    }

    private func refusal(_ reason: String) -> Result<UndoPlan, DirectoryVisit.Failure> {
        .failure(.init(code: Terminal.fail(reason, .precondition)))
    }

    // MARK: Carrying it out

    func carryOut(_ plan: UndoPlan, into report: inout UndoReport) async {
        let note = note
        do {
            let (outcomes, failure) = try await ClerkTurns.with(settings.clerk, directory, rate: rate) { directory, calls in
                var run = UndoRun(plan, directory, calls, note)
                await run.carryOut()
                await directory.sealLedger()
                return (run.outcomes, run.failure)
            }
            report.add(outcomes, failure)
        } catch {
            report.add([:], "the directory cannot be asked: \(error)")
        }
    }
}

extension UndoFindings {
    /// The Clerk users that the selected entries created, and for whom.
    fileprivate var created: [(clerkUser: ClerkUserID, user: UserID?)] {
        selected.compactMap { row in
            guard !undone.contains(row.id), case .deleteClerkUser(let id) = Reversal(row) else { return nil }
            return (id, row.user)
        }
    }
}

extension UndoSelection {
    fileprivate var nothing: String {
        switch self {
        case .entry(let id): "the ledger has no entry \(id)"
        case .batch(let batch): "the ledger has no batch \(batch)"
        case .since(let time): "the ledger has no entry since \(time.rfc3339)"
        }
    }
}

/// Which Clerk users are not deleted, by what Clerk says of them.
enum UndoKeeping {
    static func obstacle(_ clerkUser: ClerkUser, for user: UserID?) -> UndoObstacle? {
        if clerkUser.hasSignedIn { return .signedIn }
        if !clerkUser.isOurs { return .notOurs }
        if let user, clerkUser.externalID != user.text { return .otherExternalID }
        return nil
    }

    static func obstacles(
        _ clerkUsers: [ClerkUser], _ created: [(clerkUser: ClerkUserID, user: UserID?)]
    ) -> [ClerkUserID: UndoObstacle] {
        let users = Dictionary(created.map { ($0.clerkUser, $0.user) }) { first, _ in first }
        var kept: [ClerkUserID: UndoObstacle] = [:]
        for clerkUser in clerkUsers { kept[clerkUser.id] = obstacle(clerkUser, for: users[clerkUser.id] ?? nil) }
        return kept
    }
}
