import Authentication
import Directory
import Settings
import Snapshot
import Sockets
import Telemetry

/// Whose tokens are refused before they end: read from the directory when it says that somebody was signed out, and published to
/// the workers. On the control loop.
extension GatewayProcess {
    /// Before anything is served: who was signed out before a restart still is. They may be being read already, because the directory
    /// has said that everything may have changed.
    func readFirstRevocations() async {
        await readRevocations()
        while isReadingRevocations { await sleep(milliseconds: 5) }
    }

    /// One question at a time: an answer from before a change must not be adopted after the one that has it.
    func readRevocations() async {
        guard let directory = services.directory, loaded.settings.clerk != nil else { return }
        guard !isReadingRevocations else {
            readsRevocationsAgain = true
            return
        }
        isReadingRevocations = true
        defer { isReadingRevocations = false }
        repeat {
            readsRevocationsAgain = false
            let now = UnixTime(milliseconds: Clock.wallMilliseconds())
            do throws(Unavailable) {
                publish(RevocationSet(try await directory.revocations(at: now)))
                mustReadRevocations = false
            } catch {
                // What is known stays in force, and asking goes on until there is an answer.
                mustReadRevocations = true
            }
        } while readsRevocationsAgain
    }

    /// Asks again where nobody was there to answer, and forgets what is over, so that requests look nothing up.
    func followRevocations() {
        let process = self
        control.spawn {
            while true {
                await sleep(milliseconds: 500)
                if process.mustReadRevocations { await process.readRevocations() }
                let known = process.revocations.read().value
                guard !known.isEmpty else { continue }
                process.publish(known.current(at: UnixTime(milliseconds: Clock.wallMilliseconds())))
            }
        }
    }

    private func publish(_ next: RevocationSet) {
        if next != revocations.read().value { revocations.publish(next) }
    }
}
