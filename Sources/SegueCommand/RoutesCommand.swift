internal import Authentication
internal import Directory
internal import HTTP
internal import JSON
internal import Routing
internal import Settings
internal import Sockets
internal import Telemetry

/// `segue routes`: the table of routes, in the order in which they are tried.
enum RoutesCommand {
    private static let columns = ["ROUTE", "HOST", "PATH", "METHODS", "MODE", "ORIGIN"]

    static func run(_ arguments: inout Arguments) async -> ExitCode {
        let json = arguments.flag("json", "print JSON")
        let path = SettingsFile.word(&arguments)
        arguments.example("segue routes --json | jq '.routes[] | select(.mode == \"legacy\")'")
        if let end = arguments.finish() { return end }
        do {
            let settings = try SettingsFile.load(path).settings
            let overrides = await overrides(settings)
            let routes = RouteTable.order(of: settings).map { settings.routes[$0] }
            return Terminal.say(json ? document(routes, settings, overrides) : table(routes, settings, overrides))
        } catch {
            SettingsFile.report(error)
            return .failed
        }
    }

    /// What is set over the file, as far as the directory can be asked.
    private static func overrides(_ settings: Settings) async -> [RouteOverride] {
        guard let directory = settings.directory else { return [] }
        do {
            let now = UnixTime(milliseconds: Clock.wallMilliseconds())
            return try await DirectoryVisit.ask(directory) { directory throws(Unavailable) in try await directory.overrides() }
                .filter { $0.standing(in: settings, at: now) == .inForce }
        } catch {
            Terminal.talk("warning: whether a route was flipped live is not known: \(error)")
            return []
        }
    }

    private static func table(_ routes: [Route], _ settings: Settings, _ overrides: [RouteOverride]) -> String {
        let rows = [columns] + routes.map { cells($0, settings, overrides) }
        let widths = columns.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let padded = row.enumerated().map { $1 + String(repeating: " ", count: widths[$0] - $1.count) }.joined(separator: "  ")
            return String(padded.reversed().drop { $0 == " " }.reversed())
        }.joined(separator: "\n")
    }

    private static func cells(_ route: Route, _ settings: Settings, _ overrides: [RouteOverride]) -> [String] {
        let methods = route.match.methods.map(\.name).joined(separator: ",")
        var mode = route.mode.rawValue + (route.optional ? " (optional)" : "")
        if let override = overrides.first(where: { $0.route == route.name }) {
            mode = "\(override.mode.rawValue) (live; file: \(mode))"
        } else if let canary = route.canary {
            mode += " (\(canary.percent) % \(canary.mode.rawValue))"
        }
        return [
            route.name, route.match.host ?? "*", route.match.path, methods.isEmpty ? "*" : methods, mode,
            route.origin.map { settings.origins[$0].name } ?? "-",
        ]
    }

    private static func document(_ routes: [Route], _ settings: Settings, _ overrides: [RouteOverride]) -> String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("routes")
        writer.beginArray()
        for route in routes { write(route, settings, overrides.first { $0.route == route.name }, to: &writer) }
        writer.endArray()
        writer.endObject()
        return writer.text
    }

    private static func write(_ route: Route, _ settings: Settings, _ override: RouteOverride?, to writer: inout JSONWriter) {
        writer.beginObject()
        let texts = [
            ("name", route.name), ("host", route.match.host), ("path", route.match.path),
            ("mode", (override?.mode ?? route.mode).rawValue), ("file", route.mode.rawValue),
            ("origin", route.origin.map { settings.origins[$0].name }),
        ]
        for (name, text) in texts {
            writer.key(name)
            if let text { writer.string(text) } else { writer.null() }
        }
        writer.key("override")
        if let override { override.write(to: &writer) } else { writer.null() }
        writer.key("canary")
        if let canary = route.canary, override == nil {
            writer.beginObject()
            writer.member("mode", canary.mode.rawValue)
            writer.key("percent")
            writer.int(canary.percent)
            writer.endObject()
        } else {
            writer.null()
        }
        writer.key("optional")
        writer.bool(route.optional)
        writer.key("methods")
        writer.beginArray()
        for method in route.match.methods { writer.string(method.name) }
        writer.endArray()
        writer.endObject()
    }
}
