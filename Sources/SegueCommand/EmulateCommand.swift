internal import Crypto
internal import Emulator
internal import Files
internal import Sockets
internal import Telemetry

/// `segue emulate`: an offline Clerk, for demos and tests. Nothing that it says is true of a real instance.
enum EmulateCommand {
    static func run(_ arguments: inout Arguments) async -> ExitCode {
        let listen = arguments.option("listen", "ADDRESS", "where to listen: 127.0.0.1:9100, port 0 for any") ?? "127.0.0.1:9100"
        let issuer = arguments.option("issuer", "URL", "the claim iss of tokens; http://ADDRESS without it")
        let origin = arguments.option("origin", "URL", "the front end's origin: the claim azp of tokens")
        let seed = arguments.option("seed", "FILE", "JSON with the first users: {\"users\": [...]}")
        let keyFile = arguments.option("key", "FILE", "PEM with the key that signs tokens; a fresh one without it")
        let secretVariable = arguments.option(
            "secret-key-env", "NAME", "the environment variable with the secret key; a fresh one without it")
        arguments.example("segue emulate --origin https://app.example.com --seed users.json > clerk.env")
        if let end = arguments.finish() { return end }
        guard let address = Address(listen) else {
            return arguments.refuse("--listen must be an address such as 127.0.0.1:9100", guess: nil)
        }
        // Whoever reaches it may make users and sign in as them.
        guard address.isLoopback else { return arguments.refuse("--listen must be a loopback address", guess: nil) }
        guard let secretKey = secretVariable.map(secretKey(in:)) ?? RunningEmulator.freshSecretKey() else {
            return Terminal.fail("\(secretVariable ?? "") does not hold a secret key (sk_test_...)", .precondition)
        }
        do {
            let signingKey = try keyFile.map { Secret(try Files.read($0, bytesMax: 1 << 16)) }
            let users = try seed.map { try Files.read($0, bytesMax: 64 << 20) }
            let loop = try Loop(name: "emulator")
            let running = try RunningEmulator(
                on: address, loop: loop, issuer: issuer, origin: origin, secretKey: secretKey, signingKey: signingKey)
            if let users { try running.emulator.seed(users) }
            try serve(running, on: loop, secretVariable: secretVariable)
            return .ok
        } catch let error as CryptoError {
            return Terminal.fail("the key that is to sign tokens: \(error)", .precondition)
        } catch {
            return Terminal.fail("\(error)", .precondition)
        }
    }

    private static func secretKey(in variable: String) -> Secret? {
        guard let key = Environment.value(of: variable), key.hasPrefix("sk_test_") else { return nil }
        return Secret(key)
    }

    /// Serves until the process is told to end.
    private static func serve(_ running: RunningEmulator, on loop: Loop, secretVariable: String?) throws {
        Signals.block()
        let signals = try Signals(loop: loop) { signal in if signal == .terminate || signal == .interrupt { loop.stop() } }
        Terminal.say(environment(of: running, secretVariable: secretVariable))
        Terminal.talk("The emulated Clerk listens on \(running.url); \(running.url)/__emulator/status says what it was asked.")
        withExtendedLifetime((running, signals)) { loop.run() }
    }

    /// The settings of whoever uses this instance, as lines for a shell or an env file. A key that came from a variable
    /// is not printed.
    private static func environment(of running: RunningEmulator, secretVariable: String?) -> String {
        let secretKey =
            secretVariable.map { "# CLERK_SECRET_KEY is what \($0) holds." } ?? "CLERK_SECRET_KEY=\(running.secretKey.exposeText())"
        return (running.environment.map { "\($0.key)=\($0.value)" } + [secretKey]).joined(separator: "\n")
    }
}
