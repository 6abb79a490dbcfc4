/// `segue token`: tokens by hand, for tests and for finding out why one is refused.
enum TokenCommand {
    static func run(_ arguments: inout Arguments) async -> ExitCode {
        await arguments.dispatch([
            Command("mint", "Make a signed token", TokenMint.run),
            Command("verify", "Check a token's signature, dates and claims", TokenVerify.run),
            Command("inspect", "Show what a token says, without checking it", TokenInspect.run),
        ])
    }
}
