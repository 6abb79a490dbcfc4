internal import Authentication
internal import Directory
internal import Files
internal import Glibc
internal import Identity
internal import Settings
internal import Sockets
internal import Telemetry

/// The settings and the database that `segue finalize` is about. It needs PostgreSQL: its steps rest on locks and constraints that
/// SQLite has not.
struct FinalizeVisit: Sendable {
    let file: String
    let settings: Settings
    let directory: DirectorySettings
    var schema: DirectorySchema { DirectorySchema(directory) }

    /// `nil`: why is on standard error.
    init?(_ file: String) {
        do throws(SettingsFailure) { settings = try SettingsFile.load(file).settings } catch {
            SettingsFile.report(error)
            return nil
        }
        self.file = file
        guard let directory = settings.directory else {
            Terminal.talk("segue: \(file) names no directory")
            return nil
        }
        if case .sqlite = directory.location {
            Terminal.talk(
                "segue: finalize needs PostgreSQL, and directory.url is a SQLite file: move the database first, or end the migration by hand (docs/finalize.md)"
            )
            return nil
        }
        self.directory = directory
    }

    func report(quietDays: Int) async -> Result<FinalizeReport, DirectoryVisit.Failure> {
        let (settings, now) = (settings, DirectoryVisit.now)
        return await LedgerCommand.ask(schema) { schema throws(DirectorySchema.Failure) in
            let findings = try await schema.finalizeFindings(settings, at: now)
            return FinalizeReport(findings, settings, quietDays: quietDays, at: now)
        }
    }

    func waive(_ users: [UserID], _ note: OperatorNote) async -> ExitCode {
        let asked = await LedgerCommand.ask(schema) { schema throws(DirectorySchema.Failure) in
            var outcomes: [(UserID, WaiveOutcome)] = []
            for user in users { outcomes.append((user, try await schema.waive(user, note, at: DirectoryVisit.now))) }
            return outcomes
        }
        guard case .success(let outcomes) = asked else {
            if case .failure(let failure) = asked { return failure.code }
            return .remote
        }
        let (waived, unknown) = (outcomes.count { $0.1 != .noSuchUser }, outcomes.filter { $0.1 == .noSuchUser })
        for (user, _) in unknown { Terminal.talk("no such user: \(user.text.onOneLine)") }
        Terminal.talk("waived: \(waived); segue ledger list --action waive shows them, and segue undo ENTRY takes one back")
        if unknown.isEmpty { return .ok }
        return waived == 0 ? .precondition : .partial
    }

    /// Runs on the loop of the calling thread.
    func backup(to dump: String, _ note: OperatorNote) async -> ExitCode {
        let made: MigrateBackup.Made
        do {
            let signals = try Self.leavingNothing(of: MigrateBackup.unfinished(dump))
            defer { withExtendedLifetime(signals) {} }
            guard let dumped = try await MigrateBackup.make(dump, directory) else {
                throw RunRefusal(reason: "no dump was made")
            }
            made = dumped
        } catch let failure as DirectorySchema.Failure {
            return LongRun.fail(failure)
        } catch {
            return Terminal.fail((error as? RunRefusal)?.reason ?? "\(error)", .precondition)
        }
        let asked = await LedgerCommand.ask(schema) { schema throws(DirectorySchema.Failure) in
            try await schema.recordBackup(made.digest, upTo: made.entry, note, at: DirectoryVisit.now)
        }
        if case .failure(let failure) = asked { return failure.code }
        Terminal.talk("sha256 \(made.digest) is in the ledger; keep \(dump) where the database is not")
        return .ok
    }

    /// Whoever stops the command ends it at once; `pg_dump` ends with it.
    private static func leavingNothing(of part: String) throws -> Signals {
        guard let loop = Loop.current else { preconditionFailure("a dump is made on a loop") }
        return try Signals(loop: loop) { signal in
            guard signal != .user1 else { return }
            Files.remove(part)
            Terminal.talk("segue: stopped; no dump was made")
            _exit(ExitCode.failed.rawValue)
        }
    }
}
