import HTTP
import Fetch
import Files
import Settings

/// `segue healthcheck`: asks the process on this machine whether it is there, for Docker's HEALTHCHECK; an image without
/// a shell has no curl.
enum HealthcheckCommand {
    static func run(_ arguments: inout Arguments) async -> ExitCode {
        let ready = arguments.flag("ready", "ask /readyz instead of /healthz")
        let url = arguments.option("url", "URL", "the admin listener (default: as the settings say)")
        let file = arguments.optionalWord("FILE", "the settings (default routes.json)") ?? "routes.json"
        arguments.example("segue healthcheck --url http://127.0.0.1:9901")
        if let end = arguments.finish() { return end }
        guard let base = url ?? adminURL(file) else {
            return Terminal.fail("\(file) names no admin listener; say which with --url")
        }
        let engine = FetchEngine()
        engine.start()
        defer { engine.stop() }
        let request = FetchRequest(
            .get, base + (ready ? "/readyz" : "/healthz"), timeoutMilliseconds: 3000, responseBytesMax: 65_536)
        do throws(FetchError) {
            let response = try await FetchClient(engine: engine).send(request)
            guard response.status == .ok else { return Terminal.fail("\(base) answered \(response.status.code)") }
            return Terminal.say("ok")
        } catch {
            return Terminal.fail("\(error)", .remote)
        }
    }

    private static func adminURL(_ file: String) -> String? {
        guard let loaded = try? SettingsLoader.load(path: file, environment: Environment.all) else { return nil }
        return loaded.settings.admin.flatMap { RunningRoutes.adminURL(of: $0) }
    }
}
