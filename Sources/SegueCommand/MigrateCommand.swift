internal import Authentication
internal import Directory
internal import Identity
internal import Migration
internal import Settings

/// `segue migrate`: creates in Clerk whom the rules let through, and links them. With `--dry-run` it says what would be
/// created and what must be mended first, with `--verify` what has become of everybody since.
enum MigrateCommand {
    static func run(_ arguments: inout Arguments) -> ExitCode {
        let isRehearsal = arguments.flag("dry-run", "say what would be created and what must be mended first; nothing is written")
        let isVerification = arguments.flag(
            "verify", "hold everybody who was migrated against Clerk, field by field; nothing is written")
        let json = arguments.flag("json", "print JSON")
        let selection = Self.selection(&arguments)
        let order = MigrateOrder(&arguments, isReading: isRehearsal || isVerification)
        if isRehearsal, isVerification { arguments.note("--dry-run and --verify do not go together") }
        let file = SettingsFile.word(&arguments)
        arguments.example("segue migrate --dry-run")
        arguments.example("segue migrate --dry-run --where \"plan = pro AND created_at < '2024-01-01'\" --json")
        arguments.example("segue migrate --email ada@example.com --no-backup")
        arguments.example("segue migrate --backup before.dump")
        arguments.example("segue migrate --verify")
        if let end = arguments.finish() { return end }
        return LongRun.begin(file) { settings, directory in
            let selected = selection ?? .everybody
            let rehearsal = MigrateRehearsal(settings, directory, selected, at: DirectoryVisit.now)
            if isVerification {
                let verification = MigrateVerification(settings, directory, selected, at: DirectoryVisit.now)
                return { await verification.run(json: json) }
            }
            if isRehearsal { return { await rehearse(rehearsal, json: json) } }
            let run = try MigrateRun(settings, directory, selected, order, json: json)
            return { await run.run(rehearsal) }
        }
    }

    private static func rehearse(_ rehearsal: MigrateRehearsal, json: Bool) async -> ExitCode {
        do throws(DirectorySchema.Failure) {
            let report = try await rehearsal.report()
            guard report.lint.rows > 0 || !rehearsal.isAboutOnePerson else {
                return Terminal.fail("no row is that person's", .precondition)
            }
            let said = json ? Terminal.say(report.json) : Terminal.say(report.text)
            return said == .ok && report.lint.defective > 0 ? .failed : said
        } catch {
            return LongRun.fail(error)
        }
    }

    static func selection(_ arguments: inout Arguments) -> MigrationSelection? {
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
