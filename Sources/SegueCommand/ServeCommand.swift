import Files
import Settings
import Sockets

/// `segue serve`: the gateway.
enum ServeCommand {
    static func run(_ arguments: inout Arguments) -> ExitCode {
        let file = arguments.optionalWord("FILE", "the settings (default routes.json)") ?? "routes.json"
        arguments.example("segue serve")
        arguments.example("segue serve /etc/segue/routes.json")
        if let end = arguments.finish() { return end }
        do {
            // Before any thread: they inherit which signals are blocked.
            Signals.block()
            let loaded = try SettingsFile.load(file)
            try InsecureListener.check(loaded.settings, listen: loaded.settings.listen, environment: Environment.all)
            try requireFit(loaded.settings)
            return try GatewayProcess(loaded, environment: Environment.all).run()
        } catch let failure as SettingsFailure {
            for line in failure.lines { Terminal.talk(line) }
            return Terminal.fail("\(file) has mistakes; nothing was started")
        } catch let refusal as InsecureListener {
            return Terminal.fail("\(refusal); nothing was started", .precondition)
        } catch let misfit as DirectoryMisfit {
            for problem in misfit.problems { Terminal.talk("segue: \(problem)") }
            return Terminal.fail("the database does not fit \(file); nothing was started", .precondition)
        } catch {
            return Terminal.fail("\(error)")
        }
    }

    private static func requireFit(_ settings: Settings) throws {
        try onLoopHere { () async -> Result<Void, DirectoryMisfit> in
            do throws(DirectoryMisfit) { return .success(try await DirectoryMisfit.check(settings)) } catch {
                return .failure(error)
            }
        }.get()
    }
}
