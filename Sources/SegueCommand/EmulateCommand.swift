internal import Crypto
internal import Emulator
internal import Fetch
internal import Files
internal import Sockets
internal import Telemetry

/// `segue emulate`: an offline Clerk, for demos and tests. Nothing that it says is true of a real instance.
enum EmulateCommand {
    static func run(_ arguments: inout Arguments) async -> ExitCode {
        let options = Options(&arguments)
        if let end = arguments.finish() { return end }
        guard let address = Address(options.listen) else {
            return arguments.refuse("--listen must be an address such as 127.0.0.1:9100", guess: nil)
        }
        // Whoever reaches it may make users and sign in as them.
        guard address.isLoopback else { return arguments.refuse("--listen must be a loopback address", guess: nil) }
        guard let secretKey = options.secretVariable.map(secretKey(in:)) ?? RunningEmulator.freshSecretKey() else {
            return Terminal.fail("\(options.secretVariable ?? "") does not hold a secret key (sk_test_...)", .precondition)
        }
        let webhook = EmulatedWebhook(options)
        do {
            let signingKey = try options.keyFile.map { Secret(try Files.read($0, bytesMax: 1 << 16)) }
            let users = try options.seed.map { try Files.read($0, bytesMax: 64 << 20) }
            let target = try webhook.target()
            // Whoever sees it listen may tell it to end.
            Signals.block()
            let loop = try Loop(name: "emulator")
            let engine = FetchEngine()
            let running = try RunningEmulator(
                on: address, loop: loop, issuer: options.issuer, origin: options.origin, secretKey: secretKey,
                transport: WebhookTransport(FetchClient(engine: engine))
            ) { settings in
                (settings.signingKey, settings.limits, settings.webhook) = (signingKey, options.limits, target)
            }
            if let users { try running.emulator.seed(users) }
            engine.start()
            defer { engine.stop() }
            try serve(running, on: loop, environment(of: running, options, webhook))
            return .ok
        } catch let error as CryptoError {
            return Terminal.fail("the key that is to sign tokens: \(error)", .precondition)
        } catch {
            return Terminal.fail("\(error)", .precondition)
        }
    }

    struct Options {
        let listen: String
        let issuer: String?
        let origin: String?
        let seed: String?
        let keyFile: String?
        let secretVariable: String?
        let webhookURL: String?
        let webhookSecretVariable: String?
        let limits: EmulatorSettings.Instance?

        init(_ arguments: inout Arguments) {
            listen = arguments.option("listen", "ADDRESS", "where to listen: 127.0.0.1:9100, port 0 for any") ?? "127.0.0.1:9100"
            issuer = arguments.option("issuer", "URL", "the claim iss of tokens; http://ADDRESS without it")
            origin = arguments.option("origin", "URL", "the front end's origin: the claim azp of tokens")
            seed = arguments.option("seed", "FILE", "JSON with the first users: {\"users\": [...]}")
            keyFile = arguments.option("key", "FILE", "PEM with the key that signs tokens; a fresh one without it")
            secretVariable = arguments.option(
                "secret-key-env", "NAME", "the environment variable with the secret key; a fresh one without it")
            webhookURL = arguments.option("webhook", "URL", "where to send events, as Clerk's webhooks do")
            webhookSecretVariable = arguments.option(
                "webhook-secret-env", "NAME", "the environment variable with the webhook's secret; a fresh one without it")
            let instance = arguments.option("limits", "INSTANCE", "limit rates as Clerk does: development or production")
            limits = instance.flatMap(EmulatorSettings.Instance.init)
            if instance != nil, limits == nil { arguments.note("--limits must be development or production") }
            if webhookSecretVariable != nil, webhookURL == nil { arguments.note("--webhook-secret-env needs --webhook") }
            arguments.example("segue emulate --origin https://app.example.com --seed users.json > clerk.env")
            arguments.example("segue emulate --webhook http://127.0.0.1:8080/api/webhooks/clerk")
        }
    }

    private static func secretKey(in variable: String) -> Secret? {
        guard let key = Environment.value(of: variable), key.hasPrefix("sk_test_") else { return nil }
        return Secret(key)
    }

    /// Serves until the process is told to end.
    private static func serve(_ running: RunningEmulator, on loop: Loop, _ environment: String) throws {
        let signals = try Signals(loop: loop) { signal in if signal == .terminate || signal == .interrupt { loop.stop() } }
        Terminal.say(environment)
        Terminal.talk("The emulated Clerk listens on \(running.url); \(running.url)/__emulator/status says what it was asked.")
        withExtendedLifetime((running, signals)) { loop.run() }
    }

    /// The settings of whoever uses this instance, as lines for a shell or an env file. What came from a variable is not
    /// printed.
    private static func environment(of running: RunningEmulator, _ options: Options, _ webhook: EmulatedWebhook) -> String {
        let secretKey =
            options.secretVariable.map { "# CLERK_SECRET_KEY is what \($0) holds." }
            ?? "CLERK_SECRET_KEY=\(running.secretKey.exposeText())"
        return (running.environment.map { "\($0.key)=\($0.value)" } + [secretKey] + webhook.environment).joined(separator: "\n")
    }
}
