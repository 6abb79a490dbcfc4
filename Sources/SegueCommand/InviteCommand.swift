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
        return LongRun.begin(file) { settings, directory in
            if order.action == .status { return { await InviteStatus.show(directory, json: order.json) } }
            let run = try InviteRun(settings, directory, order, file)
            return { await run.run() }
        }
    }
}
