internal import Glibc

/// The command line: one line for each subcommand.
enum Segue {
    static let version = "0.1.0"

    static let commands: [Command] = [
        Command("init", "Write a first routes.json from the database and an OpenAPI document", InitCommand.run),
        Command("serve", "Run the gateway", ServeCommand.run),
        Command("status", "Show how far the migration is", StatusCommand.run),
        Command("healthcheck", "Ask a running gateway whether it is well", HealthcheckCommand.run),
        Command("schema", "Make, show or take back Segue's tables and indexes", SchemaCommand.run),
        Command("migrate", "Create users in Clerk and link them; --dry-run says what must be mended first", MigrateCommand.run),
        Command("invite", "Invite people by mail, or through Clerk, to take their account along", InviteCommand.run),
        Command("review", "Show the refused links that wait for somebody to settle them", ReviewCommand.run),
        Command("link", "Link a user to a Clerk user by hand", LinkCommand.link),
        Command("unlink", "Take a link away, for good", LinkCommand.unlink),
        Command("ledger", "Show, check or export the record of what was done to links and routes", LedgerCommand.run),
        Command("undo", "Take back an entry of the ledger, a batch, or all since a time", UndoCommand.run),
        Command("reconcile", "Compare every link with Clerk, and say what has drifted apart", ReconcileCommand.run),
        Command("finalize", "Show whether the old login may end, and end it step by step", FinalizeCommand.run),
        Command("check", "Find every mistake in routes.json", CheckCommand.run),
        Command("doctor", "Look at all that the settings depend on, and say what to mend", DoctorCommand.run),
        Command("explain", "Show what would become of a request, or what is known of a person", ExplainCommand.run),
        Command("routes", "Show the routes in the order in which they are tried", RoutesCommand.run),
        Command("flip", "Change the mode of a route", FlipCommand.run),
        Command("emulate", "Be an offline Clerk, for demos and tests", EmulateCommand.run),
        Command("webhook", "Send a signed event, as Clerk does", WebhookCommand.run),
        Command("demo", "Walk one user from the old login to Clerk, on this machine", DemoCommand.run),
        Command("token", "Mint, verify or inspect a token", TokenCommand.run),
    ]

    static func main() async {
        let code = await run(Array(CommandLine.arguments.dropFirst()))
        // Not `exit`, which takes OpenSSL and others down under the threads that still run. Nothing of ours is buffered.
        _exit(code.rawValue)
    }

    static func run(_ words: [String]) async -> ExitCode {
        if words.first == "--version" { return Terminal.say("segue \(version)") }
        var arguments = Arguments("segue", "Segue, the gateway that moves users to Clerk as they arrive", words)
        return await arguments.dispatch(commands)
    }
}
