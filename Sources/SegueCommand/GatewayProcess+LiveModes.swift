import Authentication
import Directory
import Gateway
import Logging
import Settings
import Snapshot
import Sockets
import Telemetry

/// Modes that were set while the process runs: read from the directory when it says that they have changed, and now and
/// then anyway, on the control loop.
extension GatewayProcess {
    /// What requests are served by: the file, and what is set over it.
    var effective: Settings { loaded.settings.overridden(by: live.inForce) }

    /// Before anything is served: an emergency that was declared before a restart still holds. A directory that is away
    /// is not waited for, and `/readyz` tells of it.
    func readLiveModes() async { await settleOnce(asking: true) }

    func followLiveModes() {
        let process = self
        control.spawn {
            var turn = 0
            while true {
                await sleep(milliseconds: 500)
                turn += 1
                // Without announcements (SQLite, or a LISTEN connection that is away) only asking tells.
                let isDeaf = process.services.directory?.health.isListening != true
                await process.settleLiveModes(asking: isDeaf || turn % 10 == 0)
            }
        }
    }

    /// One question at a time: an answer from before a change must not be adopted after the one that has it.
    func settleLiveModes(asking: Bool) async {
        guard !isSettling else {
            settlesAgain = settlesAgain || asking
            return
        }
        isSettling = true
        defer { isSettling = false }
        await settleOnce(asking: asking)
        while settlesAgain {
            settlesAgain = false
            await settleOnce(asking: true)
        }
    }

    /// Puts in force what is, and says what has changed.
    private func settleOnce(asking: Bool) async {
        guard let directory = services.directory else { return adopt([]) }
        guard asking else { return adopt(nil) }
        do throws(Unavailable) { adopt(try await directory.overrides()) } catch { adopt(nil) }
        let now = UnixTime(milliseconds: Clock.wallMilliseconds())
        for row in live.toRemove(at: now) { _ = try? await directory.remove(row, by: "segue", at: now) }
    }

    private func adopt(_ rows: [RouteOverride]?) {
        let before = live.inForce
        let changes = live.settle(rows, with: loaded.settings, at: UnixTime(milliseconds: Clock.wallMilliseconds()))
        for change in changes { tell(change) }
        for row in before where !(live.rows ?? []).contains(row) {
            log.log(.warn, "a live flip was ended", ["route": row.route, "mode": row.mode.rawValue])
        }
        guard live.inForce != before else { return }
        plan.publish(
            Plan(effective, services: services(of: services, for: loaded.settings), origins: plan.read().value.origins))
    }

    func tell(_ change: LiveModes.Change) {
        let override = change.override
        let facts: KeyValuePairs = [
            "route": override.route, "mode": override.mode.rawValue, "base": override.base.rawValue, "actor": override.actor,
            "expires": override.expires?.rfc3339 ?? "never",
        ]
        switch change.standing {
        case .inForce: log.log(.warn, "a route was flipped live", facts)
        case .expired, .fileAgrees, .baseChanged: log.log(.warn, "a live flip was dropped: \(change.standing)", facts)
        case .noRoute, .impossible: log.log(.error, "a live flip is not followed: \(change.standing)", facts)
        }
    }
}
