internal import Authentication
internal import Authentication
internal import ClerkAPI
internal import Crypto
internal import Directory
internal import Fetch
internal import Gateway
internal import Identity
internal import LegacyAPI
internal import Settings
internal import Telemetry

/// What the gateway asks while it serves, for questions without effect: Clerk's keys and users as ever, kept nowhere, and a
/// directory that notes changes instead of making them. It belongs to the task on a loop that made it.
struct PreviewWorld {
    let services: Services
    private let directory: DirectoryPreview?

    init(_ settings: Settings, _ client: FetchClient) async throws(CryptoError) {
        var services = Services()
        if let clerk = settings.clerk {
            let keys = try KeyKeeper(settings: clerk, client: client, stateDirectory: nil, report: { _ in })
            keys.start()
            (services.keys, services.keySource) = (keys.keys, keys)
            if clerk.secretKey != nil { services.clerkUsers = ClerkUsersAPI(settings: clerk, client: client, report: { _ in }) }
        }
        services.userInfo = UserInfoAPI(settings.legacy, through: UserInfoCalls(engine: client.engine, report: { _ in }))
        if let directory = settings.directory {
            let preview = await DirectoryPreview(directory, settings.legacy)
            (services.directory, services.store, services.sessions) = (preview, preview, preview)
            self.directory = preview
        } else {
            directory = nil
        }
        self.services = services
    }

    /// Why the directory answers nothing, if so.
    var outage: String? { directory?.outage?.description }

    /// The settings as a gateway that follows the directory has them in force.
    func inForce(_ settings: Settings, at now: UnixTime) async -> EffectiveSettings {
        guard let directory, directory.outage == nil else { return EffectiveSettings(settings, [], at: now) }
        do throws(Unavailable) {
            return EffectiveSettings(settings, try await directory.overrides(), at: now)
        } catch {
            return EffectiveSettings(settings, [], at: now, outage: error.description)
        }
    }

    func takeIntention() -> DirectoryIntention? { directory?.takeIntention() }

    func close() {
        (services.keySource as? KeyKeeper)?.stop()
        directory?.close()
    }
}
