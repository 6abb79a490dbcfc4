internal import Crypto
internal import Emulator
internal import Files
internal import HTTP
internal import HTTPServer
internal import Snapshot
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
        guard let secretKey = secretVariable.map(secretKey(in:)) ?? freshSecretKey() else {
            return Terminal.fail("\(secretVariable ?? "") does not hold a secret key (sk_test_...)", .precondition)
        }
        do {
            let signingKey = try keyFile.map { Secret(try Files.read($0, bytesMax: 1 << 16)) }
            let users = try seed.map { try Files.read($0, bytesMax: 64 << 20) }
            let service = EmulatorService(
                address: address, issuer: issuer, origin: origin, secretKey: secretKey, signingKey: signingKey,
                secretVariable: secretVariable)
            try service.run(seed: users)
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

    private static func freshSecretKey() -> Secret? {
        let characters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
        return Secret("sk_test_" + String((0..<40).map { _ in characters[Int.random(in: characters.indices)] }))
    }
}

/// The emulator on a loop, until the process is told to end.
private struct EmulatorService {
    let address: Address
    let issuer: String?
    let origin: String?
    let secretKey: Secret
    let signingKey: Secret?
    /// The variable that the secret key came from; then the key is not printed.
    let secretVariable: String?

    func run(seed: [UInt8]?) throws {
        let loop = try Loop(name: "emulator")
        // The issuer may name the port, which the listener chooses, and the listener wants its handler at once.
        let emulated = Guarded<Emulator?>(nil)
        let server = try SmallServer(on: address, loop: loop) { request in
            guard let emulator = emulated.withLock({ $0 }) else { return .text("Not yet.\n", status: .serviceUnavailable) }
            return await emulator.handle(request)
        }
        let url = "http://\(server.address ?? address)"
        let settings = EmulatorSettings(issuer: issuer ?? url, secretKey: secretKey, origin: origin, signingKey: signingKey)
        let emulator = try Emulator(settings) { UnixTime(milliseconds: Clock.wallMilliseconds()) }
        if let seed { try emulator.seed(seed) }
        emulated.withLock { $0 = emulator }
        Signals.block()
        let signals = try Signals(loop: loop) { signal in if signal == .terminate || signal == .interrupt { loop.stop() } }
        Terminal.say(environment(url: url, issuer: settings.issuer))
        Terminal.talk("The emulated Clerk listens on \(url); \(url)/__emulator/status says what it was asked.")
        withExtendedLifetime((server, signals)) { loop.run() }
    }

    /// The settings of whoever uses this instance, as lines for a shell or an env file.
    private func environment(url: String, issuer: String) -> String {
        let host = url.dropFirst("http://".count)
        return """
            CLERK_PUBLISHABLE_KEY=pk_test_\(Base64.encode(Array("\(host)$".utf8)))
            \(secretVariable.map { "# CLERK_SECRET_KEY is what \($0) holds." } ?? "CLERK_SECRET_KEY=\(secretKey.exposeText())")
            CLERK_API_URL=\(url)
            SEGUE_CLERK_ISSUER=\(issuer)
            SEGUE_CLERK_JWKS_URL=\(url)/.well-known/jwks.json
            """
    }
}
