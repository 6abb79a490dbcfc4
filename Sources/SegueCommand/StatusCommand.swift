import Identity
import Admin
import Authentication
import Directory
import Files
import JSON
import Settings
import Sockets

/// `segue status`: how far the migration is, by the directory itself, and what the gateway on this machine makes of its routes.
enum StatusCommand {
    static func run(_ arguments: inout Arguments) async -> ExitCode {
        let json = arguments.flag("json", "print JSON")
        let file = arguments.optionalWord("FILE", "the settings (default routes.json)") ?? "routes.json"
        arguments.example("segue status --json")
        if let end = arguments.finish() { return end }
        let settings: Settings
        do throws(SettingsFailure) { settings = try SettingsLoader.load(path: file, environment: Environment.all).settings } catch {
            for line in error.lines { Terminal.talk(line) }
            return Terminal.fail("\(file) has mistakes")
        }
        guard let directorySettings = settings.directory else { return Terminal.fail("\(file) names no directory", .precondition) }
        do {
            let counts = try await counts(directorySettings)
            let routes = await RunningRoutes.ask(settings)
            return Terminal.say(json ? self.json(counts, routes) : text(counts, routes))
        } catch {
            return Terminal.fail("the directory cannot be asked: \(error)", .remote)
        }
    }

    private static func counts(_ settings: DirectorySettings) async throws -> MigrationCounts {
        let directory = try DirectoryThread(settings)
        directory.start()
        defer { directory.stop() }
        let result: Result<MigrationCounts, Unavailable> = try await onLoop {
            do throws(Unavailable) { return .success(try await directory.migrationCounts()) } catch { return .failure(error) }
        }
        return try result.get()
    }

    private static func text(_ counts: MigrationCounts, _ routes: RunningRoutes?) -> String {
        let numbers = """
            users         \(counts.total)
            linked        \(counts.migrated)
            not linked    \(counts.notMigrated)
            progress      \((counts.percentage * 100).rounded() / 100) %
            """
        guard let routes else { return numbers }
        return
            ([numbers, "", "Routes of the gateway on this machine, and what modes decided or would have decided since its start:"]
            + routes.lines).joined(separator: "\n")
    }

    /// The counts with the seeds' names; `routes` as `/admin/routes` has them, where a gateway answers.
    private static func json(_ counts: MigrationCounts, _ routes: RunningRoutes?) -> String {
        var numbers = JSONWriter()
        counts.write(to: &numbers)
        guard let routes, let members = (try? JSONValue(parsing: numbers.bytes))?.object else { return numbers.text }
        var writer = JSONWriter()
        writer.value(JSONValue(.object(members + [JSONMember("routes", routes.document)])))
        return writer.text
    }
}
