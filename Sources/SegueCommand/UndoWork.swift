internal import Authentication
internal import ClerkAPI
internal import Directory
internal import Fetch
internal import Identity
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

    /// Says why there is none.
    init?(_ file: String, _ selection: UndoSelection, _ note: OperatorNote, areGone: Bool) {
        (self.selection, self.note, self.areGone) = (selection, note, areGone)
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
        for id in findings.seen { kept[id] = .signedIn }
        do {
            let records = try await Self.withClerk(clerk) { records throws(ClerkCallFailure) in
                try await records.records(of: created.map(\.clerkUser))
            }
            guard !records.isEmpty || areGone else { return refusal(Self.strangers(created.count)) }
            let obstacles = UndoKeeping.obstacles(records, created)
            kept.merge(obstacles) { first, _ in first }
        } catch {
            return .failure(.init(code: Terminal.fail("\(error)", .remote)))
        }
        return .success(UndoPlan(findings, kept: kept))
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

    /// Runs `body` on a loop with Clerk's Backend API.
    static func withClerk<Answer: Sendable>(
        _ settings: ClerkSettings, _ body: @escaping @Sendable (ClerkUserRecords) async throws(ClerkCallFailure) -> Answer
    ) async throws -> Answer {
        try await ExplainCommand.withClient { client in
            try await onLoop { () async -> Result<Answer, ClerkCallFailure> in
                do throws(ClerkCallFailure) {
                    return .success(try await body(ClerkUserRecords(settings: settings, client: client)))
                } catch {
                    return .failure(error)
                }
            }.get()
        }
    }

    // MARK: Carrying it out

    func carryOut(_ plan: UndoPlan, into report: inout UndoReport) async {
        let (note, settings, directorySettings) = (note, settings, directory)
        do {
            let (outcomes, failure) = try await ExplainCommand.withClient { client in
                let directory = try DirectoryThread(directorySettings)
                directory.start()
                defer { directory.stop() }
                let records = settings.clerk.map { ClerkUserRecords(settings: $0, client: client) }
                return try await onLoop {
                    var run = UndoRun(plan, directory, records, note)
                    await run.carryOut()
                    await directory.sealLedger()
                    return (run.outcomes, run.failure)
                }
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
    static func obstacle(_ record: ClerkUserRecord, for user: UserID?) -> UndoObstacle? {
        if record.hasSignedIn { return .signedIn }
        if !record.isOurs { return .notOurs }
        if let user, record.externalID != user.text { return .otherExternalID }
        return nil
    }

    static func obstacles(
        _ records: [ClerkUserRecord], _ created: [(clerkUser: ClerkUserID, user: UserID?)]
    ) -> [ClerkUserID: UndoObstacle] {
        let users = Dictionary(created.map { ($0.clerkUser, $0.user) }) { first, _ in first }
        var kept: [ClerkUserID: UndoObstacle] = [:]
        for record in records { kept[record.id] = obstacle(record, for: users[record.id] ?? nil) }
        return kept
    }
}
