internal import Authentication
internal import Directory
internal import Settings
internal import Snapshot
internal import Sockets

/// Why a run does not begin.
struct RunRefusal: Error { let reason: String }

/// What the commands share that may go on for hours and end when somebody stops them.
enum LongRun {
    /// Loads the settings and begins, on the calling thread; says why where there is nothing to begin with.
    static func begin(
        _ file: String, _ work: (Settings, DirectorySettings) throws -> @Sendable () async -> ExitCode
    ) -> ExitCode {
        // Before any thread: they inherit which signals are blocked.
        Signals.block()
        let settings: Settings
        do throws(SettingsFailure) { settings = try SettingsFile.load(file).settings } catch {
            SettingsFile.report(error)
            return .usage
        }
        guard let directory = settings.directory else { return Terminal.fail("\(file) names no directory", .usage) }
        do { return try onLoopHere(try work(settings, directory)) } catch let refusal as RunRefusal {
            return Terminal.fail(refusal.reason, .precondition)
        } catch {
            return Terminal.fail("\(error)", .remote)
        }
    }

    /// Runs `body` on the loop of the calling thread. Ctrl-C and SIGTERM ask it to stop.
    static func stoppable(
        _ body: (_ isStopping: @escaping @Sendable () -> Bool) async throws -> ExitCode
    ) async -> ExitCode {
        let stop = Guarded(false)
        do {
            guard let loop = Loop.current else { preconditionFailure("a run is on a loop") }
            let signals = try Signals(loop: loop) { signal in
                if signal == .terminate || signal == .interrupt { stop.withLock { $0 = true } }
            }
            defer { withExtendedLifetime(signals) {} }
            return try await body { stop.withLock { $0 } }
        } catch let failure as DirectorySchema.Failure {
            return fail(failure)
        } catch let refusal as RunRefusal {
            return Terminal.fail(refusal.reason, .precondition)
        } catch let halt as InviteHalt {
            return Terminal.fail(halt.reason, .remote)
        } catch let unavailable as Unavailable {
            return Terminal.fail("the directory cannot be asked: \(unavailable)", .remote)
        } catch {
            return Terminal.fail("\(error)", .failed)
        }
    }

    static func fail(_ failure: DirectorySchema.Failure) -> ExitCode {
        switch failure {
        case .problem(let problem): Terminal.fail("\(problem)", .precondition)
        case .unavailable: Terminal.fail("the directory cannot be asked: \(failure)", .remote)
        }
    }
}
