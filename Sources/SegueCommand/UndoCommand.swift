internal import Directory
internal import Glibc
internal import Settings
internal import Telemetry

/// `segue undo ENTRY|BATCH|--since T`: takes back what the ledger records, the latest first, after showing what that means.
enum UndoCommand {
    static func run(_ arguments: inout Arguments) async -> ExitCode {
        let isDryRun = arguments.flag("dry-run", "show what would be done, and do nothing")
        let isConfirmed = arguments.flag("yes", "do it without asking")
        let areGone = arguments.flag("gone", "go on although Clerk has none of the users: they were deleted there by hand")
        let json = arguments.flag("json", "print JSON")
        let isWhole = ["--since", "--batch"].contains { name in
            arguments.words.contains { $0 == name || $0.hasPrefix(name + "=") }
        }
        let batch = arguments.option("batch", "NAME", "this batch, in the place of ENTRY: for names that are numbers")
        let since = arguments.moment("since", "every entry since then, in the place of ENTRY")
        let rate = arguments.rate()
        let note = DirectoryVisit.optionalNote(&arguments)
        let word = isWhole ? "" : arguments.word("ENTRY", "the number of an entry, or the name of a batch: segue ledger list")
        let file = SettingsFile.word(&arguments)
        arguments.example("segue undo 17 --dry-run")
        arguments.example("segue undo migrate-20261121T040506-3fa9c1 --reason 'the wrong cohort'")
        arguments.example("segue undo --since 2h --yes")
        if batch != nil, since != nil { arguments.note("--batch and --since do not go together") }
        if let end = arguments.finish() { return end }
        let selection =
            batch.map(UndoSelection.batch) ?? since.map(UndoSelection.since) ?? Int64(word).map(UndoSelection.entry) ?? .batch(word)
        guard let work = UndoWork(file, selection, note, areGone: areGone, rate: rate) else { return .precondition }
        let plan: UndoPlan
        switch await work.plan() {
        case .failure(let failure): return failure.code
        case .success(let made): plan = made
        }
        var report = UndoReport(plan, isDryRun: isDryRun)
        if !json, let end = report.sayPlan() { return end }
        if !isDryRun, !plan.steps.isEmpty || !plan.staying.isEmpty {
            guard isConfirmed || plan.steps.isEmpty || isAgreed(plan, json: json) else {
                return Terminal.fail(
                    "nothing was undone; say --yes to undo \(counted(plan.steps.count, "entry", "entries"))", .precondition)
            }
            await work.carryOut(plan, into: &report)
        }
        let said = json ? Terminal.say(report.json) : report.sayEnd()
        return said == .ok ? report.code : said
    }

    /// Nobody is asked who cannot answer.
    private static func isAgreed(_ plan: UndoPlan, json: Bool) -> Bool {
        guard !json, isatty(STDIN_FILENO) == 1, isatty(STDERR_FILENO) == 1 else { return false }
        Terminal.talk("Undo \(counted(plan.steps.count, "this entry", "these \(plan.steps.count) entries"))? Type yes:")
        return readLine() == "yes"
    }
}
