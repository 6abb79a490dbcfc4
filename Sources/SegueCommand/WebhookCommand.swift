/// `segue webhook`: events as Clerk sends them, to try what receives them.
enum WebhookCommand {
    static func run(_ arguments: inout Arguments) async -> ExitCode {
        await arguments.dispatch([
            Command("send", "Send one signed event to a URL", WebhookSend.run)
        ])
    }
}
