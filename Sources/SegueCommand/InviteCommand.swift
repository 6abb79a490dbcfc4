internal import Authentication
internal import Directory
internal import Migration
internal import Settings
internal import Sockets

/// `segue invite`: mail for a cohort, or Clerk's own invitations, and what became of them.
enum InviteCommand {
    static func run(_ arguments: inout Arguments) -> ExitCode {
        let order = InviteOrder(&arguments)
        let file = SettingsFile.word(&arguments)
        arguments.example("segue invite --all --dry-run")
        arguments.example("segue invite --where \"plan = pro\"")
        arguments.example("segue invite --created --all")
        arguments.example("segue invite --via clerk --where \"last_seen > '2026-01-01'\"")
        arguments.example("segue invite --status")
        if let end = arguments.finish() { return end }
        // Before any thread: they inherit which signals are blocked.
        Signals.block()
        let settings: Settings
        do throws(SettingsFailure) { settings = try SettingsFile.load(file).settings } catch {
            SettingsFile.report(error)
            return .usage
        }
        guard let directory = settings.directory else { return Terminal.fail("\(file) names no directory", .usage) }
        do {
            if order.action == .status { return try onLoopHere { await InviteStatus.show(directory, json: order.json) } }
            let run = try InviteRun(settings, directory, order, file)
            return try onLoopHere { await run.run() }
        } catch let refusal as MigrateRefusal {
            return Terminal.fail(refusal.reason, .precondition)
        } catch {
            return Terminal.fail("\(error)", .remote)
        }
    }
}
