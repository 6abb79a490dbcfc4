internal import JSON
internal import Settings
internal import Telemetry

/// `segue check`: everything about `routes.json` that can be known without the network.
enum CheckCommand {
    static func run(_ arguments: inout Arguments) async -> ExitCode {
        let json = arguments.flag("json", "print the problems as JSON")
        let schema = arguments.flag("schema", "print the JSON Schema of this release instead")
        let reference = arguments.flag("reference", "print the tables of keys for docs/settings.md instead")
        let path = SettingsFile.word(&arguments)
        arguments.example("segue check")
        arguments.example("segue check --json staging.json")
        arguments.example("segue check --schema > docs/routes.schema.json")
        if let end = arguments.finish() { return end }
        if schema { return Terminal.say(String(SettingsSchema.text.dropLast())) }
        if reference { return Terminal.say(String(SettingsReference.markdown.dropLast())) }

        do {
            let loaded = try SettingsFile.load(path)
            if json { return Terminal.say(report(path, nil, [], loaded.warnings)) }
            SettingsFile.report(loaded.warnings, in: path)
            return Terminal.say(
                "\(path): \(counted(loaded.settings.routes.count, "route")), \(counted(loaded.warnings.count, "warning"))")
        } catch {
            if json { Terminal.say(report(error)) } else { SettingsFile.report(error) }
            return .failed
        }
    }

    private static func report(_ failure: SettingsFailure) -> String {
        switch failure {
        case .unreadable(let file, let reason): report(file, reason, [], [])
        case .invalid(let file, let problems, let warnings): report(file, nil, problems, warnings)
        }
    }

    private static func report(_ file: String, _ failure: String?, _ problems: [SettingsProblem], _ warnings: [SettingsProblem])
        -> String
    {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("file")
        writer.string(file)
        writer.key("ok")
        writer.bool(failure == nil && problems.isEmpty)
        if let failure {
            writer.key("failure")
            writer.string(failure)
        }
        for (name, list) in [("errors", problems), ("warnings", warnings)] {
            writer.key(name)
            writer.beginArray()
            for problem in list { write(problem, to: &writer) }
            writer.endArray()
        }
        writer.endObject()
        return writer.text
    }

    private static func write(_ problem: SettingsProblem, to writer: inout JSONWriter) {
        writer.beginObject()
        for (name, text) in [
            ("path", problem.path), ("found", problem.found), ("expected", problem.expected), ("hint", problem.hint),
        ] {
            guard let text else { continue }
            writer.key(name)
            writer.string(text)
        }
        writer.key("line")
        writer.int(problem.line)
        writer.key("column")
        writer.int(problem.column)
        writer.endObject()
    }
}
