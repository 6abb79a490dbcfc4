internal import ClerkAPI
internal import Directory
internal import Fetch
internal import JSON
internal import SMTP
internal import Settings
internal import Setup
internal import Sockets

/// `segue doctor`: looks at everything that the settings depend on, and says of each what is wrong and what to do about it.
/// Nothing is changed.
enum DoctorCommand {
    static func run(_ arguments: inout Arguments) async -> ExitCode {
        let json = arguments.flag("json", "print the findings as JSON")
        let quiet = arguments.flag("quiet", "leave out what is as it should be")
        let file = SettingsFile.word(&arguments)
        arguments.example("segue doctor")
        arguments.example("segue doctor --json staging.json | jq '.findings[] | select(.severity == \"error\")'")
        if let end = arguments.finish() { return end }
        let findings: [Finding]
        do throws(SettingsFailure) { findings = await self.findings(try SettingsFile.load(file)) } catch {
            findings = error.findings
        }
        let shown = quiet ? findings.filter { $0.severity != .ok } : findings
        let said = Terminal.say(json ? DoctorReport.json(shown) : DoctorReport.text(shown))
        return said == .ok ? code(findings) : said
    }

    /// What is wrong can be mended here; what cannot be reached may heal by itself.
    private static func code(_ findings: [Finding]) -> ExitCode {
        if findings.contains(where: { $0.severity == .error }) { return .precondition }
        return findings.contains { $0.severity == .unreachable } ? .remote : .ok
    }

    private static func findings(_ loaded: LoadedSettings) async -> [Finding] {
        let settings = loaded.settings
        var findings = [Finding(.ok, "settings", "settings", "\(loaded.file) passes `segue check`")]
        findings += loaded.warnings.map { Finding(.warning, "settings", "settings_warning", "\(loaded.file):\($0)") }
        if let directory = settings.directory { findings += await database(directory, settings) }
        if let clerk = settings.clerk { findings += await self.clerk(clerk) }
        if let smtp = settings.smtp { findings += await mail(smtp) }
        for origin in settings.origins { findings += await servers(of: origin) }
        return findings
    }

    private static func database(_ directory: DirectorySettings, _ settings: Settings) async -> [Finding] {
        let schema = DirectorySchema(directory)
        let queries = LegacyQuery.all(of: settings)
        let inspection = try? await onLoop {
            await SchemaCommand.outcome { () throws(DirectorySchema.Failure) in
                try await schema.inspect(
                    with: queries, takesMessages: settings.clerk?.webhooks != nil, invites: settings.invitations != nil,
                    upgrades: settings.login?.upgrade != nil)
            }
        }
        switch inspection {
        case .success(let inspection): return Finding.all(of: inspection, directory, isNeeded: settings.asksWhoIsCalling)
        case .failure(let failure): return [Finding(failure)]
        case nil: return []
        }
    }

    private static func clerk(_ clerk: ClerkSettings) async -> [Finding] {
        guard let probe = await asking({ await ClerkProbe.ask(clerk, $0) }) else { return [] }
        return Finding.all(of: probe, clerk)
    }

    private static func mail(_ smtp: SMTPSettings) async -> [Finding] {
        guard let probe = await asking({ await SMTPProbe.ask(smtp, $0) }) else { return [] }
        return [Finding.of(probe, smtp)]
    }

    private static func asking<Answer: Sendable>(_ question: @escaping @Sendable (FetchClient) async -> Answer) async -> Answer? {
        let engine = FetchEngine()
        engine.start()
        defer { engine.stop() }
        let client = FetchClient(engine: engine)
        return try? await onLoop { await question(client) }
    }

    private static func servers(of origin: Origin) async -> [Finding] {
        var findings: [Finding] = []
        for server in origin.servers {
            let name = "\(server.host):\(server.port)"
            let addresses = Address.resolve(host: server.host, port: server.port)
            let failure =
                addresses.isEmpty
                ? "no address is known for \(server.host)"
                : await connect(to: addresses, seconds: origin.timeouts.connectSeconds)
            if let failure {
                findings.append(
                    Finding(
                        .unreachable, "origins", "origin_unreachable", "origin \(origin.name), \(name): \(failure)",
                        remedy: "does the application listen there? Is origins.\(origin.name).servers right?"))
            } else {
                findings.append(Finding(.ok, "origins", "origin", "origin \(origin.name), \(name), takes connections"))
            }
        }
        return findings
    }

    /// Why none of the addresses takes a connection; `nil` where one does.
    private static func connect(to addresses: [Address], seconds: Int) async -> String? {
        let failure = try? await onLoop { () async -> String? in
            guard let loop = Loop.current else { return nil }
            var failure = ""
            for address in addresses {
                do throws(Socket.ConnectFailure) {
                    let strand = Strand(on: loop)
                    defer { strand.retire() }
                    try await Socket.connect(to: address, on: strand, loop: loop, until: loop.deadline(inSeconds: seconds)).close()
                    return nil
                } catch {
                    switch error {
                    case .refused(let reason): failure = "\(reason)"
                    case .timedOut: failure = "no connection within \(seconds) s"
                    }
                }
            }
            return failure
        }
        return failure ?? nil
    }
}

extension SettingsFailure {
    fileprivate var findings: [Finding] {
        switch self {
        case .unreadable(let file, let reason):
            [Finding(.error, "settings", "settings_unreadable", "\(file): \(reason)", remedy: "`segue init` writes a first one")]
        case .invalid(let file, let problems, let warnings):
            problems.map {
                Finding(.error, "settings", "settings_invalid", "\(file):\($0)", remedy: $0.hint ?? "expected is \($0.expected)")
            } + warnings.map { Finding(.warning, "settings", "settings_warning", "\(file):\($0)") }
                + [
                    Finding(
                        .note, "settings", "not_looked",
                        "database, Clerk, mail server and origins were not looked at: the settings come first")
                ]
        }
    }
}
