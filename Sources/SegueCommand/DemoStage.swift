import Crypto
import Fetch
import Files
import Settings
import Sockets
import Telemetry

/// Everything that the demo runs, all of it in a temporary folder and on loopback: the application's database and
/// origin, an emulated Clerk, and the gateway in front.
final class DemoStage {
    let folder: TemporaryFolder
    let database: DemoDatabase
    let ada: DemoPerson
    let bob: DemoPerson
    let clerk: DemoClerk
    let origin: DemoOrigin
    let gateway: DemoGateway
    let client: FetchClient
    private let engine = FetchEngine()

    /// The front end of the application; sessions of any other are refused.
    private static let frontEnd = "http://localhost:3000"

    /// Makes everything but starts nothing. The gateway gets a copy of `settings`.
    init(settings: String, loop: Loop) throws {
        let text = try Files.read(settings, bytesMax: SettingsLoader.bytesMax)
        folder = try TemporaryFolder(prefix: "segue-demo-")
        do {
            let legacySecret = Self.freshSecret()
            database = try DemoDatabase(path: folder.file("application.sqlite"))
            ada = try database.addPerson("Ada", "ada@example.com", signingWith: legacySecret)
            bob = try database.addPerson("Bob", "bob@example.com", signingWith: legacySecret)
            _ = try database.addPerson("Grace", "grace@example.com", signingWith: legacySecret)
            clerk = try DemoClerk(loop: loop, origin: Self.frontEnd)
            origin = try DemoOrigin(loop: loop)
            gateway = try DemoGateway(
                settings: text, in: folder,
                environment: Self.environment(clerk, origin, database, legacySecret), adminToken: Self.freshSecret())
        } catch {
            folder.remove()
            throw error
        }
        client = FetchClient(engine: engine)
    }

    private static func environment(
        _ clerk: DemoClerk, _ origin: DemoOrigin, _ database: DemoDatabase, _ legacySecret: Secret
    ) -> [String: String] {
        var environment = [
            "CLERK_SECRET_KEY": clerk.running.secretKey.exposeText(),
            "JWT_SECRET": legacySecret.exposeText(),
            "DATABASE_URL": "sqlite:\(database.path)",
            "ORIGIN_PORT": "\(origin.address.port)",
            "SEGUE_AUTHORIZED_PARTY": frontEnd,
        ]
        for (name, value) in clerk.running.environment { environment[name] = value }
        return environment
    }

    private static func freshSecret() -> Secret { Secret(Hexadecimal.encode(RandomBytes.make(24))) }

    /// Makes Segue's tables beside the application's, and starts the gateway.
    func start() async throws {
        engine.start()
        _ = try await gateway.run(["schema", "apply"])
        try await gateway.start(asking: client)
    }

    /// Ends all of it and removes what it left. Blocks.
    func stop() {
        engine.stop()
        gateway.stop()
        folder.remove()
    }
}
