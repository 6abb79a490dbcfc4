internal import Directory
internal import Files
internal import Migration
internal import Settings

/// `segue status`: how far the migration is, by the directory itself, and what the gateway on this machine makes of its routes.
enum StatusCommand {
    static func run(_ arguments: inout Arguments) async -> ExitCode {
        let json = arguments.flag("json", "print JSON")
        let filter = arguments.option(
            "where", "FILTER", "only people for whom this holds: COLUMN = VALUE and so on, as for segue migrate")
        var cohort: Cohort?
        do throws(CohortMistake) { cohort = try filter.map { filter throws(CohortMistake) in try Cohort(parsing: filter) } } catch {
            arguments.note("--where: \(error)")
        }
        let file = SettingsFile.word(&arguments)
        arguments.example("segue status --json")
        arguments.example("segue status --where \"plan = pro AND created_at < '2024-01-01'\"")
        if let end = arguments.finish() { return end }
        let settings: Settings
        do throws(SettingsFailure) { settings = try SettingsLoader.load(path: file, environment: Environment.all).settings } catch {
            for line in error.lines { Terminal.talk(line) }
            return Terminal.fail("\(file) has mistakes")
        }
        guard let directory = settings.directory else { return Terminal.fail("\(file) names no directory", .precondition) }
        let (now, selection) = (DirectoryVisit.now, cohort.map(MigrationSelection.cohort) ?? .everybody)
        let asked = await LedgerCommand.ask(DirectorySchema(directory)) { schema throws(DirectorySchema.Failure) in
            try await schema.progress(selection, at: now)
        }
        switch asked {
        case .failure(let failure): return failure.code
        case .success(let progress):
            let report = StatusReport(
                progress: progress, now: now, routes: await RunningRoutes.ask(settings),
                authentication: await AuthenticationCounts.ask(settings))
            return Terminal.say(json ? report.json : report.text)
        }
    }
}
