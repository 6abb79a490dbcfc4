import Authentication
import Directory
import Gateway
import Identity
import Logging
import Settings
import Snapshot
import Sockets
import Telemetry

/// Settings that change while the process runs: on the control loop, which serves the admin listener meanwhile.
extension GatewayProcess {
    func scheduleReload(force: Bool) {
        guard reloads.add(force: force) else { return }
        let process = self
        control.spawn {
            // Editors write a file in several steps; what they do within a moment is one change.
            await sleep(milliseconds: 100)
            while let force = process.reloads.next() {
                await process.reload(force: force)
                await sleep(milliseconds: 100)
            }
        }
    }

    /// Adopts the file if it is good; a bad one changes nothing and is told in the log and in `/readyz`.
    private func reload(force: Bool) async {
        let next: LoadedSettings
        do throws(SettingsFailure) {
            next = try SettingsFile.load(file, environment: environment)
        } catch {
            if case .unreadable = error, !force { return }  // The file is being replaced.
            return refuse(error.lines)
        }
        guard force || next.text != loaded.text else { return recovered() }
        do {
            try await adopt(next)
            recovered()
        } catch {
            refuse(["\(error)"])
        }
    }

    /// Every event in the folder has the file read again: what was said of it once is not said again.
    private func refuse(_ problems: [String]) {
        guard problems != self.problems else { return }
        self.problems = problems
        for line in problems { log.log(.error, "the settings were not adopted", ["problem": line]) }
    }

    private func recovered() {
        guard !problems.isEmpty else { return }
        problems = []
        log.log(.info, "the settings file is good again")
    }

    /// Puts the settings in force as a whole; what throws changes nothing.
    private func adopt(_ next: LoadedSettings) async throws {
        try InsecureListener.check(next.settings, listen: started.listen, environment: environment)
        if asksOtherwise(next.settings, than: loaded.settings) {
            try await DirectoryMisfit.check(next.settings)
            services.directory?.tryAgain()
        }
        let origins = await resolver.find(next.settings.origins, timeoutMilliseconds: FixedLimits.reloadNamesMilliseconds)
        if next.settings.directory != loaded.settings.directory { await replaced.settle() }
        let nextServices = try ServiceSet(next.settings, after: services, engine: engine, log: log)
        var nextLive = live
        let changes = nextLive.settle(nil, with: next.settings, at: UnixTime(milliseconds: Clock.wallMilliseconds()))
        let nextPlan = Plan(
            next.settings.overridden(by: nextLive.inForce), services: services(of: nextServices, for: next.settings),
            origins: origins.map(\.addresses))
        _ = try nextPlan.authenticator(version: 0, tokens: TokenCache(seed: 0))
        _ = try nextPlan.webhookVerifier()
        resolver.follow(origins)
        let old = services
        start(nextServices, after: old)
        log.follow(next.settings.log.level.logLevel)
        let waiting = next.settings.keysForNextStart(since: started)
        if !waiting.isEmpty {
            log.log(.warn, "these settings change with the next start", ["keys": waiting.joined(separator: ", ")])
        }
        (loaded, live) = (next, nextLive)
        plan.publish(nextPlan)
        for change in changes { tell(change) }
        if let directory = old.directory, directory !== nextServices.directory { replaced.add(directory, on: control) }
        warn(of: next)
        log.log(.info, "settings adopted", ["version": "\(plan.version)"])
    }

    /// Whether the database would be asked something new: a flip must not wait for it.
    private func asksOtherwise(_ next: Settings, than old: Settings) -> Bool {
        next.directory != old.directory || LegacyQuery.all(of: next) != LegacyQuery.all(of: old)
            || next.asksWhoIsCalling && !old.asksWhoIsCalling
    }

    /// What is odd about settings that are in force.
    func warn(of loaded: LoadedSettings) {
        for warning in loaded.warnings { log.log(.warn, "\(file):\(warning)") }
        for (origin, addresses) in zip(loaded.settings.origins, plan.read().value.origins) where addresses.read().value.isEmpty {
            log.log(.warn, "no address is known for an origin; its names are looked up every second", ["origin": origin.name])
        }
    }

    private func start(_ next: ServiceSet, after old: ServiceSet) {
        if next.directory !== old.directory { follow(next) }
        next.start(after: old)
        services = next
    }

    /// Workers forget what the directory says has changed.
    func follow(_ services: ServiceSet) {
        services.directory?.onChange { [unowned self] change in
            if change == .overrides || change == .everything {
                let process = self
                control.spawn { await process.settleLiveModes(asking: true) }
            }
            if change == .revocations || change == .everything {
                let process = self
                control.spawn { await process.readRevocations() }
            }
            for worker in workers {
                worker.forget { cache in
                    switch change {
                    case .user(let id): cache.invalidate(id)
                    case .clerkUser(let id): cache.invalidate(id)
                    case .overrides, .revocations: break
                    case .everything: cache.invalidateEverything()
                    }
                }
            }
        }
    }
}
