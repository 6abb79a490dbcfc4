internal import Authentication
internal import Directory
internal import Files
internal import Settings
internal import Sockets
internal import Telemetry

/// `segue flip --live`: modes that are set in the directory, over the file.
struct LiveFlip {
    /// How long it lasts; `nil`: until the file says something else.
    let seconds: Int64?
    let actor: String?
    var isDryRun = false
    var isConfirmed = false

    init(seconds: Int64?, actor: String?) { (self.seconds, self.actor) = (seconds, actor) }

    /// Whether the command line says anything about it.
    var isGiven: Bool { seconds != nil || actor != nil || isConfirmed }

    private var who: String {
        actor ?? Environment.value(of: "SUDO_USER") ?? Environment.value(of: "USER") ?? "operator"
    }

    // MARK: One route

    func flip(_ loaded: LoadedSettings, _ index: Int, to mode: Mode) async -> ExitCode {
        let route = loaded.settings.routes[index]
        guard let directory = loaded.settings.directory else { return noDirectory(loaded) }
        if route.mode == mode { return await end(route, directory) }
        if let obstacle = loaded.settings.obstacle(to: mode, on: route) {
            return Terminal.fail("\(route.name) cannot be in mode \(mode.rawValue): \(obstacle)", .precondition)
        }
        let override = self.override(of: route, to: mode)
        Terminal.say("\(route.name): \(route.mode.rawValue) -> \(mode.rawValue)\(until(override))")
        if isDryRun { return .ok }
        return await asking(directory) { directory throws(Unavailable) in
            try await directory.set([override])
            return
                "Flipped \(route.name) to \(mode.rawValue), live. Keep it: segue flip \(route.name) \(mode.rawValue) \(loaded.file). End it: segue flip \(route.name) \(route.mode.rawValue) \(loaded.file) --live"
        }
    }

    /// Back to what the file says.
    private func end(_ route: Route, _ directory: DirectorySettings) async -> ExitCode {
        let (isDryRun, who) = (isDryRun, who)
        return await asking(directory) { directory throws(Unavailable) in
            guard let row = try await directory.overrides().first(where: { $0.route == route.name }) else {
                return "\(route.name) is in mode \(route.mode.rawValue) already, by the file"
            }
            if !isDryRun { try await directory.remove(row, by: who, at: Self.now) }
            return
                "Ended the live flip of \(route.name) to \(row.mode.rawValue): it is in mode \(route.mode.rawValue), as the file says"
        }
    }

    // MARK: All of them

    /// The emergency switch. Links stay, and nobody is linked or provisioned where no route takes Clerk sessions: the login
    /// callback and the confirmation page are closed then, too.
    func flipAll(of loaded: LoadedSettings, to mode: Mode) async -> ExitCode {
        guard let directory = loaded.settings.directory else { return noDirectory(loaded) }
        let rows: [RouteOverride]
        do {
            rows = try await DirectoryVisit.ask(directory) { directory throws(Unavailable) in try await directory.overrides() }
        } catch { return away(error) }
        let inForce = rows.filter { $0.standing(in: loaded.settings, at: Self.now) == .inForce }
        let effective = loaded.settings.overridden(by: inForce)
        let routes = zip(loaded.settings.routes, effective.routes).filter { $1.mode == .dual || $1.mode == .clerk }
        for route in effective.routes where route.mode == mode && route.canary != nil {
            Terminal.talk("warning: \(route.name) has a canary in \(loaded.file), which stays; set its percent to 0 there")
        }
        guard !routes.isEmpty else { return Terminal.say("no route is in mode dual or clerk") }
        for (route, now) in routes { Terminal.say("\(route.name): \(now.mode.rawValue) -> \(mode.rawValue)") }
        for (route, _) in routes where route.mode != mode {
            guard let obstacle = loaded.settings.obstacle(to: mode, on: route) else { continue }
            return Terminal.fail("\(route.name) cannot be in mode \(mode.rawValue): \(obstacle)", .precondition)
        }
        let stranded = try? await DirectoryVisit.ask(directory) { directory throws(Unavailable) in try await directory.stranded() }
        list(stranded)
        if isDryRun { return .ok }
        guard isConfirmed || stranded?.isKnownToBeNobody == true else {
            let count = stranded?.count ?? 0
            let who =
                count > 0 ? "\(counted(count, "person", "people")) would be locked out" : "it is not known who would be locked out"
            return Terminal.fail("\(who); say --yes if they may be", .precondition)
        }
        return await change(routes.map(\.0), inForce, to: mode, directory)
    }

    /// A route that the file has in `legacy` already needs no override, but the end of the one that it has.
    private func change(_ routes: [Route], _ inForce: [RouteOverride], to mode: Mode, _ settings: DirectorySettings) async
        -> ExitCode
    {
        let new = routes.filter { $0.mode != mode }.map { override(of: $0, to: mode) }
        let old = inForce.filter { row in routes.contains { $0.name == row.route && $0.mode == mode } }
        let who = who
        return await asking(settings) { directory throws(Unavailable) in
            try await directory.set(new)
            for row in old { try await directory.remove(row, by: who, at: Self.now) }
            return
                "Flipped \(counted(routes.count, "route")) to \(mode.rawValue), live. Links stay; nobody new is linked or provisioned. Go back route by route: segue flip ROUTE MODE --live"
        }
    }

    private func list(_ stranded: StrandedUsers?) {
        // A table may be too large to be read within a statement's time, and the emergency does not wait for that.
        guard let stranded else { return Terminal.talk("Who has no password to go back to cannot be listed now.") }
        guard stranded.count > 0 else {
            return Terminal.talk(
                stranded.knowsPasswords
                    ? "Everybody has a password to go back to."
                    : "Segue has made no user. Whether everybody has a password is not known: directory.users.passwordHash is not set."
            )
        }
        let who = counted(stranded.count, "person", "people")
        let why = stranded.knowsPasswords ? "without a password" : "whom Segue has made, and who never had an old credential"
        Terminal.talk("\(who) \(why):")
        for id in stranded.some { Terminal.talk("  \(id.onOneLine)") }
        if stranded.count > stranded.some.count { Terminal.talk("  … and \(stranded.count - stranded.some.count) more") }
    }

    // MARK: The directory

    private static var now: UnixTime { UnixTime(milliseconds: Clock.wallMilliseconds()) }

    private func override(of route: Route, to mode: Mode) -> RouteOverride {
        RouteOverride(
            route: route.name, mode: mode, base: route.mode, actor: who, made: Self.now,
            expires: seconds.map { Self.now.adding(seconds: $0) })
    }

    private func until(_ override: RouteOverride) -> String { override.expires.map { ", until \($0.rfc3339)" } ?? "" }

    private func noDirectory(_ loaded: LoadedSettings) -> ExitCode {
        Terminal.fail("\(loaded.file) names no directory, which replicas could follow; flip the file", .precondition)
    }

    private func asking(
        _ settings: DirectorySettings, _ body: @escaping @Sendable (DirectoryThread) async throws(Unavailable) -> String
    ) async -> ExitCode {
        do {
            Terminal.talk(try await DirectoryVisit.ask(settings, body))
            return .ok
        } catch { return away(error) }
    }

    private func away(_ error: any Error) -> ExitCode {
        Terminal.fail("the directory cannot be asked: \(error)", .remote)
    }
}
