import ClerkAPI
import Crypto
import Directory
import Fetch
import Gateway
import Invitations
import LegacyAPI
import Logging
import SMTP
import Settings
import Sockets
import Telemetry

/// The threads that answer the gateway's questions, as one version of the settings asks for them. Each outlives a change
/// of the settings that does not concern it: a flipped route costs no connection to the database, and another authorized
/// party none of Clerk's keys.
final class ServiceSet: Sendable {
    let keys: KeyKeeper?
    let clerkUsers: ClerkUsersAPI?
    let tickets: ClerkTicketsAPI?
    /// Calls of their own, so that a mail server that answers slowly uses up nobody else's.
    private let mail: FetchClient
    private let letters: Letters?
    private let report: @Sendable (String) -> Void
    let directory: DirectoryThread?
    /// Made once for the process: the questions of newer settings join those under way.
    let userInfo: UserInfoCalls
    private let origins: Origins

    /// The settings that each was made from.
    private struct Origins {
        var keys: KeyOrigin?
        var clerkUsers: APIOrigin?
        var directory: DirectorySettings?
    }

    private struct APIOrigin: Equatable {
        let url: String
        let secretKey: Secret
    }

    private struct KeyOrigin: Equatable {
        let issuer: String
        let jwksURL: String
        let jwtKey: String?
        let limits: ClerkSettings.Keys
        let api: APIOrigin?
        let stateDirectory: String?
    }

    init(_ settings: Settings, after old: ServiceSet?, engine: FetchEngine, log: Logger) throws {
        let report: @Sendable (String) -> Void = { log.log(.warn, $0) }
        self.report = report
        mail = old?.mail ?? FetchClient(engine: engine)
        letters = try settings.invitations.map { try InvitationLetters.load($0) }
        let api = settings.clerk.flatMap { clerk in clerk.secretKey.map { APIOrigin(url: clerk.apiURL, secretKey: $0) } }
        let key = settings.clerk.map { clerk in
            KeyOrigin(
                issuer: clerk.issuer, jwksURL: clerk.jwksURL, jwtKey: clerk.jwtKey, limits: clerk.keys, api: api,
                stateDirectory: settings.stateDirectory)
        }
        origins = Origins(keys: key, clerkUsers: api, directory: settings.directory)
        if let old, old.origins.keys == key {
            keys = old.keys
        } else {
            keys = try settings.clerk.map { clerk in
                if settings.stateDirectory == nil, clerk.jwtKey == nil {
                    report("Clerk's keys are not kept: a process that starts while Clerk is away knows none; name a stateDirectory")
                }
                return try KeyKeeper(
                    settings: clerk, client: FetchClient(engine: engine), stateDirectory: settings.stateDirectory, report: report)
            }
        }
        if let old, old.origins.clerkUsers == api {
            clerkUsers = old.clerkUsers
        } else {
            clerkUsers =
                api == nil
                ? nil : settings.clerk.map { ClerkUsersAPI(settings: $0, client: FetchClient(engine: engine), report: report) }
        }
        tickets = settings.clerk.flatMap { clerk in
            clerk.secretKey.map { ClerkTicketsAPI(clerk, secretKey: $0, client: FetchClient(engine: engine)) }
        }
        userInfo = old?.userInfo ?? UserInfoCalls(engine: engine, report: report)
        if let old, old.origins.directory == settings.directory {
            directory = old.directory
        } else {
            directory = try settings.directory.map { try DirectoryThread($0) }
        }
    }

    /// Starts what `old` did not have. Two that keep keys at once would write to one file.
    func start(after old: ServiceSet?) {
        if keys !== old?.keys {
            old?.keys?.stop()
            keys?.start()
        }
        if directory !== old?.directory { directory?.start() }
    }

    /// What requests ask. Queries of old credentials go by the entries of the settings that are in force.
    func services(for settings: Settings) -> Services {
        var services = Services()
        (services.directory, services.sessions) = (directory, directory)
        services.store = directory.map { LegacyQueries(settings.legacy, on: $0) }
        services.userInfo = UserInfoAPI(settings.legacy, through: userInfo)
        (services.clerkUsers, services.messages) = (clerkUsers, directory)
        (services.tickets, services.upgrades) = (tickets, directory)
        services.invitations = directory
        if let invitations = settings.invitations, let smtp = settings.smtp, let letters, let directory {
            services.inviter = Inviter(invitations, smtp, letters, store: directory, carrier: SMTPCarrier(smtp, client: mail))
        }
        services.keys = keys?.keys
        services.keySource = keys
        return services
    }
}
