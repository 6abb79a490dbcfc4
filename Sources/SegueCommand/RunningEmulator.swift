import Crypto
import Emulator
import HTTP
import HTTPServer
import Snapshot
import Sockets
import Telemetry

/// An emulated Clerk behind a listener on a loop, as `segue emulate` and `segue demo` run it.
struct RunningEmulator {
    let url: String
    let issuer: String
    let secretKey: Secret
    let emulator: Emulator
    private let server: SmallServer

    /// - Parameters:
    ///   - issuer: the claim `iss` of its tokens; its own address when there is none.
    ///   - complete: adds to the settings what only some instances have.
    init(
        on address: Address, loop: Loop, issuer: String? = nil, origin: String?, secretKey: Secret,
        transport: WebhookTransport? = nil, complete: (inout EmulatorSettings) -> Void = { _ in }
    ) throws {
        // The issuer may name the port, which the listener chooses, and the listener wants its handler at once.
        let emulated = Guarded<Emulator?>(nil)
        server = try SmallServer(on: address, loop: loop) { request in
            guard let emulator = emulated.withLock({ $0 }) else { return .text("Not yet.\n", status: .serviceUnavailable) }
            return await emulator.serve(request)
        }
        url = "http://\(server.address ?? address)"
        self.issuer = issuer ?? url
        self.secretKey = secretKey
        var settings = EmulatorSettings(issuer: self.issuer, secretKey: secretKey, origin: origin)
        complete(&settings)
        let emulator = try Emulator(settings, transport: transport) { UnixTime(milliseconds: Clock.wallMilliseconds()) }
        emulated.withLock { $0 = emulator }
        self.emulator = emulator
    }

    /// What leads a gateway here, in its environment; the secret key is not among it.
    var environment: KeyValuePairs<String, String> {
        [
            "CLERK_PUBLISHABLE_KEY": "pk_test_\(Base64.encode(Array("\(url.dropFirst("http://".count))$".utf8)))",
            "CLERK_API_URL": url,
            "SEGUE_CLERK_ISSUER": issuer,
            "SEGUE_CLERK_JWKS_URL": "\(url)/.well-known/jwks.json",
        ]
    }

    static func freshSecretKey() -> Secret { Secret("sk_test_\(Hexadecimal.encode(RandomBytes.make(20)))") }
}
