package import Authentication
package import Crypto
package import Fetch
package import JOSE
package import Settings
package import Snapshot
import Sockets
import Telemetry

/// Keeps the key set of Clerk's instance: fetched when the process starts, then from time to time, and when a token needs
/// it. Workers read `keys` without asking; only a token that no key verifies waits here.
package final class KeyKeeper: KeySource {
    /// The keys that verify now; empty until the first fetch, or the state file, has brought some.
    package let keys: Published<KeySet>
    private let world: KeyWorld
    private let state: Guarded<State>?
    private let report: @Sendable (String) -> Void

    private struct State {
        var keeping: KeyKeeping
        /// When the timers that are set will fire. One that has become needless fires all the same.
        var timers: [Int64] = []
        var isStopped = false

        /// When another timer is to be set: none, while one will fire soon enough anyway.
        mutating func timerToSet() -> Int64? {
            guard let wake = keeping.nextWake, wake < timers.min() ?? .max else { return nil }
            timers.append(wake)
            return wake
        }
    }

    /// `stateDirectory`: where the keys are kept across restarts; without one they are not. Throws for a `jwtKey` that is
    /// no key.
    package convenience init(
        settings: ClerkSettings, client: FetchClient, stateDirectory: String?, report: @escaping @Sendable (String) -> Void
    ) throws(CryptoError) {
        let file = stateDirectory.map { KeyFile(directory: $0, issuer: settings.issuer, report: report) }
        try self.init(settings: settings, world: KeyWorld(settings: settings, client: client, file: file), report: report)
    }

    init(settings: ClerkSettings, world: KeyWorld, report: @escaping @Sendable (String) -> Void) throws(CryptoError) {
        (self.world, self.report) = (world, report)
        if let pem = settings.jwtKey {
            keys = Published(try KeySet(pem: pem))
            state = nil
        } else {
            let limits = settings.keys
            keys = Published(KeySet([]))
            state = Guarded(
                State(
                    keeping: KeyKeeping(
                        refreshSeconds: limits.refreshSeconds, cooldownSeconds: limits.cooldownSeconds,
                        overlapSeconds: limits.overlapSeconds,
                        maxStaleSeconds: limits.maxStaleSeconds, at: world.now())))
        }
    }

    /// Takes the keys of the process before this one, and begins to fetch.
    package func start() {
        guard state != nil else { return }
        if let content = world.load() { change { $0.restored(content, at: self.world.now(), wall: self.world.wall()) } }
        change { $0.woken(at: self.world.now()) }
    }

    package func fetchAgain() async throws(KeyFetchFailure) {
        // With a key from the settings there is nothing else to wait for.
        guard state != nil else { return }
        let result = await answer(timeoutMilliseconds: Int(Limits.keyWaitMilliseconds) + 500) { reply in
            change { $0.demanded(at: self.world.now(), reply) }
        }
        guard let result else { throw .unavailable }
        try result.get()
    }

    package var status: KeyStatus {
        guard let state else {
            return KeyStatus(
                isFixed: true, keys: 1, retiredKeys: 0, ageSeconds: nil, lastSuccess: nil, lastError: nil, fetches: 0, failures: 0,
                failuresInARow: 0, limited: 0, waiting: 0)
        }
        return state.withLock { $0.keeping.status(at: world.now()) }
    }

    /// Lets an event happen and does what comes of it. Publishing is under the lock, so that sets are published in the
    /// order of their events.
    private func change(_ event: (inout KeyKeeping) -> KeyKeeping.Effects) {
        guard let state else { return }
        let (effects, timer) = state.withLock { state in
            var effects = event(&state.keeping)
            if let set = effects.set { keys.publish(set) }
            // The file is its successor's, whose issuer may be another.
            if state.isStopped { effects.store = nil }
            return (effects, state.timerToSet())
        }
        if let content = effects.store { world.store(content) }
        if let line = effects.report { report(line) }
        for (reply, result) in effects.answers { reply(result) }
        if let timer { world.schedule(Int(max(0, timer - world.now()))) { self.timerFired(timer) } }
        if effects.beginsFetch {
            world.fetch { result in
                self.change { $0.fetched(result, at: self.world.now(), wall: self.world.wall(), jitter: self.world.random()) }
            }
        }
    }

    /// Fetches and stores no more of its own accord: other settings are in force. Requests under way that still ask are
    /// answered.
    package func stop() { state?.withLock { $0.isStopped = true } }

    private func timerFired(_ due: Int64) {
        let isStopped = state?.withLock { state in
            state.timers.removeAll { $0 == due }
            return state.isStopped
        }
        guard isStopped == false else { return }
        change { $0.woken(at: self.world.now()) }
    }
}
