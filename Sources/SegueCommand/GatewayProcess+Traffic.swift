import Authentication
import Directory
import Gateway
import Logging
import Sockets
import Telemetry

/// By which credentials each route is used, noted in the directory off the path of requests: `segue finalize` must know it
/// across restarts and of every replica.
extension GatewayProcess {
    func followTraffic() {
        let process = self
        control.spawn {
            while !process.isDraining {
                await process.noteTraffic()
                await sleep(milliseconds: Self.trafficMilliseconds)
            }
        }
    }

    /// How much of what a process knows is lost with it when it is killed.
    private static let trafficMilliseconds = 10_000

    /// What cannot be noted now is noted with what comes next.
    func noteTraffic() async {
        guard let directory = services.directory else { return }
        let now = UnixTime(milliseconds: Clock.wallMilliseconds())
        for (index, worker) in workers.enumerated() {
            if let uses = await worker.use() { traffic.add(uses, ofWorker: index, at: now) }
        }
        let notes = traffic.take()
        guard !notes.isEmpty else { return }
        do throws(Unavailable) { try await directory.note(notes, at: now) } catch { traffic.putBack(notes) }
    }

    /// At the end nobody else knows of them any more: `segue finalize` must be told otherwise.
    func tellUnnotedTraffic() {
        for note in traffic.open where note.legacy + note.clerk > 0 {
            log.log(
                .warn, "requests were not noted in segue.traffic: the database is away",
                ["route": note.route, "legacy": "\(note.legacy)", "clerk": "\(note.clerk)"])
        }
    }
}
