internal import Directory
internal import Glibc
internal import Identity
internal import Settings
internal import Telemetry

/// `segue finalize apply STEP`: shows what the step means, asks for its name, and does it if everything still holds then.
enum FinalizeApply {
    static func run(_ arguments: inout Arguments) async -> ExitCode {
        let days = FinalizeCommand.quietDays(&arguments)
        let confirmed = arguments.option("yes", "STEP", "do it without asking: the name of the step once more")
        let wait =
            arguments.number("wait", "seconds to wait for each lock of the table, in turns of one; 60 by default", 1...3_600) ?? 60
        let note = DirectoryVisit.optionalNote(&arguments)
        let names = FinalizeStep.allCases.map(\.rawValue)
        var word = arguments.optionalWord("STEP", names.joined(separator: ", ") + "; without, each that is left, one after another")
        var file = SettingsFile.standard
        if let first = word, FinalizeStep(rawValue: first) == nil, first.contains(where: { "./".contains($0) }) {
            (word, file) = (nil, first)
        } else {
            file = SettingsFile.word(&arguments)
        }
        arguments.example("segue finalize apply not-null")
        arguments.example("segue finalize apply null-hashes --yes null-hashes --reason 'the old login is off since May'")
        let step = word.flatMap { FinalizeStep(rawValue: $0) }
        if let word, step == nil { arguments.note("there is no step \(word): \(names.joined(separator: ", "))") }
        if let confirmed, confirmed != word { arguments.note("--yes repeats the name of the step: --yes \(word ?? "STEP")") }
        if let end = arguments.finish() { return end }
        guard let visit = FinalizeVisit(file) else { return .precondition }
        if word == nil, !canAsk { return Terminal.fail("name a step: \(names.joined(separator: ", "))", .usage) }
        let run = FinalizeRun(visit: visit, quietDays: days, note: note, wait: wait)
        return await run.carryOut(step.map { [$0] } ?? FinalizeStep.allCases, isNamed: step != nil, confirmed: confirmed != nil)
    }

    /// Nobody is asked who cannot answer.
    static var canAsk: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1 }
}

/// Steps one after another, each shown, confirmed and looked at again.
private struct FinalizeRun {
    let visit: FinalizeVisit
    let quietDays: Int
    let note: OperatorNote
    let wait: Int

    func carryOut(_ steps: [FinalizeStep], isNamed: Bool, confirmed: Bool) async -> ExitCode {
        for step in steps {
            let report: FinalizeReport
            switch await visit.report(quietDays: quietDays) {
            case .failure(let failure): return failure.code
            case .success(let found): report = found
            }
            let (state, table) = (step.state(in: report.findings.table), report.findings.table)
            // What was begun can be taken back whatever holds.
            guard report.gates.areHeld || state == .begun else { return refuse(report) }
            switch state {
            case .done, .needless:
                Terminal.talk("\(step.rawValue): \(state.text(in: table))".onOneLine)
                continue
            case .blocked:
                Terminal.talk("segue: \(step.rawValue) is \(state.text(in: table))".onOneLine)
                if isNamed { return .precondition }
                continue
            case .open, .begun: break
            }
            for line in step.meaning(table) { Terminal.talk(line.onOneLine) }
            guard confirmed || isAgreed(step) else {
                return Terminal.fail("nothing was done; say --yes \(step.rawValue) to do it", .precondition)
            }
            if let end = await apply(step) { return end }
        }
        return await farewell()
    }

    private func isAgreed(_ step: FinalizeStep) -> Bool {
        guard FinalizeApply.canAsk else { return false }
        Terminal.talk("Type \(step.rawValue) to do it:")
        return readLine() == step.rawValue
    }

    /// `nil`: it is done.
    private func apply(_ step: FinalizeStep) async -> ExitCode? {
        let (visit, quietDays, note, wait) = (visit, quietDays, note, wait)
        let asked = await LedgerCommand.ask(visit.schema) { schema throws(DirectorySchema.Failure) -> FinalizeOutcome? in
            // A lock of the session would be another client's a moment later.
            if try await schema.isPooled() { return nil }
            let progress: @Sendable (Int) -> Void = { if isatty(STDERR_FILENO) == 1 { Terminal.progress("\($0) rows") } }
            return try await schema.finalize(
                step, visit.settings, quietDays: quietDays, note: note, patienceSeconds: wait, at: DirectoryVisit.now,
                progress: progress)
        }
        guard case .success(let outcome) = asked else {
            if case .failure(let failure) = asked { return failure.code }
            return .remote
        }
        switch outcome {
        case nil:
            return Terminal.fail(
                "behind a pooler in transaction mode a step cannot hold its lock: name directory.directUrl", .precondition)
        case .done(let rows)?:
            Terminal.talk("\(step.rawValue): done\(rows == 0 ? "" : ", \(counted(rows, "row"))")")
            return nil
        case .takenBack(let findings)?:
            Terminal.talk("\(step.rawValue): what was begun was taken back")
            return refuse(FinalizeReport(findings, visit.settings, quietDays: quietDays, at: DirectoryVisit.now))
        case .unfinished(let table)? where step == .nullHashes:
            return Terminal.fail(
                "null-hashes: \(counted(table.hashes, "digest")) left: of people who are neither linked nor waived, or written meanwhile; segue finalize check names who is missing"
            )
        case .unfinished(let table)?:
            return Terminal.fail(
                "\(step.rawValue): \(step.state(in: table).text(in: table).onOneLine): somebody has written it meanwhile; find out who, and do it again"
            )
        case .busy?: return Terminal.fail("another segue finalize apply is at work: wait for its end", .precondition)
        case .refused(let findings)?:
            return refuse(FinalizeReport(findings, visit.settings, quietDays: quietDays, at: DirectoryVisit.now))
        case .failed(let message)?: return Terminal.fail("\(step.rawValue): \(message); nothing of this statement was done")
        case .locked(let holders, let table)?:
            for holder in holders {
                Terminal.talk(
                    "process \(holder.process) (\(holder.application), \(holder.state)) is in a transaction for \(holder.seconds) s"
                        .onOneLine)
            }
            let left = step.state(in: table) == .begun ? "; until then who inserts a row without a Clerk user fails" : ""
            return Terminal.fail(
                "\(step.rawValue): others held the table for \(wait) s. Run it again when they have ended, or with a longer --wait\(left)"
            )
        }
    }

    private func refuse(_ report: FinalizeReport) -> ExitCode {
        Terminal.talk(report.text)
        return Terminal.fail("nothing was done: not everything that must hold does", .precondition)
    }

    /// What comes next; after the last step, how Segue goes.
    private func farewell() async -> ExitCode {
        switch await visit.report(quietDays: quietDays) {
        case .failure(let failure): return failure.code
        case .success(let report):
            if report.isOver {
                return Terminal.say(FinalizeFarewell(visit.settings, report.findings.table).lines.joined(separator: "\n"))
            }
            if let next = report.next { Terminal.talk("next: \(next)".onOneLine) }
            return .ok
        }
    }
}

extension FinalizeStep {
    /// What it does, and what cannot be taken back: said before anybody agrees.
    fileprivate func meaning(_ table: FinalizeTable) -> [String] {
        switch self {
        case .keepColumns:
            return [
                "keep-columns: \(table.added.joined(separator: ", ")) of \(table.name) were made by Segue and become the application's.",
                "`segue schema revert` leaves them from now on. It changes no row and waits for nobody.",
            ]
        case .notNull:
            guard case .column(let column) = table.links else { return [] }
            return [
                "not-null: \(column) of \(table.name) becomes NOT NULL. Who inserts a row without a Clerk user fails from then on.",
                "The proof reads the table while it is read and written; the change itself locks it for an instant.",
                "`segue undo ENTRY` takes it back. It must be, before anybody is unlinked.",
            ]
        case .nullHashes:
            return [
                "null-hashes: \(counted(table.hashes, "digest")) in \(table.hashColumn ?? "") of \(table.name) become NULL, a thousand rows at a time.",
                "NOTHING TAKES THIS BACK but the dump: nobody can sign in with an old password any more.",
            ]
        case .dropHashColumn:
            return [
                "drop-hash-column: \(table.hashColumn ?? "") of \(table.name) goes. Whatever names it fails from then on, the application's queries included.",
                "NOTHING TAKES THIS BACK but the dump. Afterwards take directory.users.passwordHash out of the settings.",
            ]
        }
    }
}
