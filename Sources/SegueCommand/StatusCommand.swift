import Identity
import Admin
import Authentication
import Directory
import Files
import JSON
import Settings
import Sockets

/// `segue status`: how far the migration is, by the directory itself.
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
            return Terminal.say(json ? self.json(counts) : text(counts))
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

    private static func text(_ counts: MigrationCounts) -> String {
        """
        users         \(counts.total)
        linked        \(counts.migrated)
        not linked    \(counts.notMigrated)
        progress      \((counts.percentage * 100).rounded() / 100) %
        """
    }

    private static func json(_ counts: MigrationCounts) -> String {
        var writer = JSONWriter()
        counts.write(to: &writer)
        return writer.text
    }
}
