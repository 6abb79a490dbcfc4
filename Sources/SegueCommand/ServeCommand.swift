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
            let process = try GatewayProcess(file: file, environment: Environment.all)
            return process.run()
        } catch let failure as SettingsFailure {
            for line in failure.lines { Terminal.talk(line) }
            return Terminal.fail("\(file) has mistakes; nothing was started")
        } catch {
            return Terminal.fail("\(error)")
        }
    }
}
