import ClerkAPI
import Crypto
import Directory
import Fetch
import Gateway
import Logging
import Settings
import Sockets

/// The threads that answer the gateway's questions, as one version of the settings asks for them. They outlive a change
/// of the settings that does not concern them, so that a flipped route costs no connection to the database.
final class ServiceSet: Sendable {
    let keys: KeyKeeper?
    let clerkUsers: ClerkUsersAPI?
    let directory: DirectoryThread?

    init(_ settings: Settings, engine: FetchEngine, log: Logger) throws {
        let report: @Sendable (String) -> Void = { log.log(.warn, $0) }
        if let clerk = settings.clerk {
            keys = try KeyKeeper(
                settings: clerk, client: FetchClient(engine: engine), stateDirectory: settings.stateDirectory, report: report)
            clerkUsers =
                clerk.secretKey == nil ? nil : ClerkUsersAPI(settings: clerk, client: FetchClient(engine: engine), report: report)
        } else {
            (keys, clerkUsers) = (nil, nil)
        }
        directory = try settings.directory.map { try DirectoryThread($0) }
    }

    func start() {
        keys?.start()
        directory?.start()
    }

    /// What requests ask. Queries of old credentials go by the entries of the settings that are in force.
    func services(for settings: Settings) -> Services {
        var services = Services()
        services.directory = directory
        services.store = directory.map { LegacyQueries(settings.legacy, on: $0) }
        services.clerkUsers = clerkUsers
        services.keys = keys?.keys
        services.keySource = keys
        return services
    }
}
