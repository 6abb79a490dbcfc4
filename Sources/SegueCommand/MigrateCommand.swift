internal import Authentication
internal import Directory
internal import Glibc
internal import Identity
internal import Migration
internal import Settings
internal import Telemetry

/// `segue migrate --dry-run`: what would be created in Clerk, and what must be mended first. Nothing is written, and Clerk
/// is not asked.
enum MigrateCommand {
    static func run(_ arguments: inout Arguments) async -> ExitCode {
        let isRehearsal = arguments.flag("dry-run", "say what would be created and what must be mended first; required")
        let json = arguments.flag("json", "print JSON")
        let selection = Self.selection(&arguments)
        let file = SettingsFile.word(&arguments)
        if !isRehearsal { arguments.note("this version creates nobody: say --dry-run") }
        arguments.example("segue migrate --dry-run")
        arguments.example("segue migrate --dry-run --email ada@example.com")
        arguments.example("segue migrate --dry-run --where \"plan = pro AND created_at < '2024-01-01'\" --json")
        if let end = arguments.finish() { return end }
        let settings: Settings
        do throws(SettingsFailure) { settings = try SettingsFile.load(file).settings } catch {
            SettingsFile.report(error)
            return .usage
        }
        guard let directory = settings.directory else { return Terminal.fail("\(file) names no directory", .usage) }
        let rehearsal = Rehearsal(settings, directory, selection ?? .everybody, at: DirectoryVisit.now)
        switch await rehearsal.run() {
        case .failure(.problem(let problem)): return Terminal.fail("\(problem)", .precondition)
        case .failure(let failure): return Terminal.fail("the directory cannot be asked: \(failure)", .remote)
        case .success(let report) where report.lint.rows == 0 && rehearsal.isAboutOnePerson:
            return Terminal.fail("no row is that person's", .precondition)
        case .success(let report):
            let said = json ? Terminal.say(report.json) : Terminal.say(report.text)
            return said == .ok && report.lint.defective > 0 ? .failed : said
        }
    }

    private static func selection(_ arguments: inout Arguments) -> MigrationSelection? {
        var selections: [MigrationSelection] = []
        if let email = arguments.option("email", "ADDRESS", "only rows with this address") { selections.append(.email(email)) }
        if let id = arguments.option("user-id", "ID", "only this row") { selections.append(.user(UserID(id))) }
        let filter = arguments.option(
            "where", "FILTER", "only rows for which this holds: COLUMN = VALUE, !=, <, <=, >, >=, in (A, B), is null; joined by AND"
        )
        if let filter {
            do throws(CohortMistake) { selections.append(.cohort(try Cohort(parsing: filter))) } catch {
                arguments.note("--where: \(error)")
            }
        }
        if selections.count > 1 { arguments.note("--email, --user-id and --where do not go together") }
        return selections.first
    }
}

/// One reading of the table.
private struct Rehearsal: Sendable {
    private let settings: Settings
    private let directory: DirectorySettings
    private let selection: MigrationSelection
    private let now: UnixTime

    init(_ settings: Settings, _ directory: DirectorySettings, _ selection: MigrationSelection, at now: UnixTime) {
        (self.settings, self.directory, self.selection, self.now) = (settings, directory, selection, now)
    }

    var isAboutOnePerson: Bool {
        switch selection {
        case .user, .email: true
        case .everybody, .cohort: false
        }
    }

    func run() async -> Result<MigrationReport, DirectorySchema.Failure> {
        do {
            return try await onLoop {
                await SchemaCommand.outcome { () throws(DirectorySchema.Failure) in try await read() }
            }
        } catch {
            return .failure(.unavailable(.away("\(error)")))
        }
    }

    private func read() async throws(DirectorySchema.Failure) -> MigrationReport {
        let rules = MigrationRules(directory, settings.migrate)
        var lint = MigrationLint()
        var people: [CreateUser] = []
        var progress = RowProgress()
        let names = try await DirectorySchema(directory).migrationRows(selection, settings.migrate) { rows, shared in
            for row in rows {
                let decision = rules.decide(row, among: shared, at: now)
                lint.add(decision, of: row.user.id)
                if isAboutOnePerson, case .create(let user, _) = decision { people.append(user) }
            }
            progress.report(lint.rows)
        }
        progress.end()
        return MigrationReport(lint: lint, people: people, names: names, key: MigrationEstimate.Key(settings.clerk))
    }
}

/// One line on a terminal, written over once for each page; elsewhere nothing.
private struct RowProgress {
    private let isShown = isatty(STDERR_FILENO) == 1
    private var isBegun = false

    mutating func report(_ rows: Int) {
        guard isShown else { return }
        Terminal.progress("\(counted(rows, "row")) read")
        isBegun = true
    }

    mutating func end() { if isBegun { Terminal.progress("") } }
}

extension MigrationEstimate.Key {
    /// By the publishable key, which is no secret; `nil`: no word of it.
    fileprivate init?(_ clerk: ClerkSettings?) {
        guard let clerk else { return nil }
        if let key = clerk.publishableKey {
            self = key.hasPrefix("pk_live_") ? .live : .test
        } else if let secret = clerk.secretKey?.expose() {
            let live = ["sk_live_", "live_"].contains { secret.starts(with: Array($0.utf8)) }
            self = live ? .live : .test
        } else {
            return nil
        }
    }
}
