import Authentication
import Directory
import Gateway
import Settings
import Sockets
import Telemetry

extension GatewayProcess {
    /// What requests ask of the world, by the settings that are in force.
    func services(of set: ServiceSet, for settings: Settings) -> Services {
        var services = set.services(for: settings)
        services.status = status(of: settings)
        return services
    }

    /// Settings that change count anew.
    private func status(of settings: Settings) -> StatusAnswers? {
        guard let directory = settings.directory, settings.routes.contains(where: { $0.answer != nil }) else { return nil }
        let process = self
        return StatusAnswers(on: control) { () async throws(Unavailable) in
            let now = UnixTime(milliseconds: Clock.wallMilliseconds())
            let progress: MigrationProgress
            // A connection of its own: nobody's look-up waits behind what reads the whole table.
            do throws(DirectorySchema.Failure) {
                progress = try await DirectorySchema(directory).progress(.everybody, at: now)
            } catch {
                throw .away("\(error)")
            }
            let authentication = AuthenticationCounts(metrics: await process.metrics())
            return Array(StatusReport(progress: progress, now: now, routes: nil, authentication: authentication).json.utf8)
        }
    }
}
