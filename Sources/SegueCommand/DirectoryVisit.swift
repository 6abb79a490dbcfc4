internal import Authentication
internal import Directory
internal import Identity
internal import Files
internal import Settings
internal import Sockets
internal import Telemetry

/// What the commands share that settle links by hand: a directory for a moment, and a note on who did what and why.
enum DirectoryVisit {
    /// Runs `body` with the directory that the settings name; says why where there is no answer.
    static func run<Answer: Sendable>(
        _ file: String, _ body: @escaping @Sendable (DirectoryThread, Settings) async throws(Unavailable) -> Answer
    ) async -> Result<Answer, Failure> {
        let settings: Settings
        do throws(SettingsFailure) { settings = try SettingsFile.load(file).settings } catch {
            SettingsFile.report(error)
            return .failure(Failure(code: .precondition))
        }
        guard let directorySettings = settings.directory else {
            return .failure(Failure(code: Terminal.fail("\(file) names no directory", .precondition)))
        }
        do {
            return .success(
                try await ask(directorySettings) { directory throws(Unavailable) in try await body(directory, settings) })
        } catch {
            return .failure(Failure(code: Terminal.fail("the directory cannot be asked: \(error)", .remote)))
        }
    }

    /// Runs `body` with a directory, and seals what it wrote.
    static func ask<Answer: Sendable>(
        _ settings: DirectorySettings, _ body: @escaping @Sendable (DirectoryThread) async throws(Unavailable) -> Answer
    ) async throws -> Answer {
        let directory = try DirectoryThread(settings)
        directory.start()
        defer { directory.stop() }
        return try await onLoop { () async -> Result<Answer, Unavailable> in
            let answer: Result<Answer, Unavailable>
            do throws(Unavailable) { answer = .success(try await body(directory)) } catch { answer = .failure(error) }
            await directory.sealLedger()
            return answer
        }.get()
    }

    /// The reason is on standard error already.
    struct Failure: Error { let code: ExitCode }

    /// The longest reason; the ledger keeps it for ever.
    static let reasonBytesMax = 500

    /// Takes `--reason` and `--actor`.
    static func note(_ arguments: inout Arguments) -> OperatorNote {
        let reason = arguments.option("reason", "TEXT", "why; it stays in the ledger, so no addresses")
        let actor = arguments.option("actor", "NAME", "who; by default the login name") ?? loginName
        if reason == nil { arguments.note("--reason TEXT is missing: the ledger says why") }
        return checked(OperatorNote(actor: actor, reason: reason ?? ""), &arguments)
    }

    /// Likewise, where what is done says why.
    static func optionalNote(_ arguments: inout Arguments) -> OperatorNote {
        let reason = arguments.option("reason", "TEXT", "why, for the ledger, so no addresses")
        let actor = arguments.option("actor", "NAME", "who; by default the login name") ?? loginName
        return checked(OperatorNote(actor: actor, reason: reason ?? ""), &arguments)
    }

    private static func checked(_ note: OperatorNote, _ arguments: inout Arguments) -> OperatorNote {
        if note.reason.contains("@") { arguments.note("the ledger holds no addresses: leave the @ out of --reason") }
        if note.reason.utf8.count > reasonBytesMax || note.reason.utf8.contains(where: { $0 < 0x20 }) {
            arguments.note("--reason is one line of at most \(reasonBytesMax) bytes")
        }
        return note
    }

    private static var loginName: String {
        let environment = Environment.all
        return environment["SUDO_USER"] ?? environment["USER"] ?? environment["LOGNAME"] ?? "operator"
    }

    static var now: UnixTime { UnixTime(milliseconds: Clock.wallMilliseconds()) }
}
