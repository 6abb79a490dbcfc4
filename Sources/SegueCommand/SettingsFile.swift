internal import Files
internal import Settings

/// The file that `check`, `routes` and `flip` are about.
enum SettingsFile {
    static let standard = "routes.json"

    static func word(_ arguments: inout Arguments) -> String {
        arguments.optionalWord("FILE", "the settings; \(standard) by default") ?? standard
    }

    static func load(_ path: String, environment: [String: String] = Environment.all) throws(SettingsFailure) -> LoadedSettings {
        let loaded = try SettingsLoader.load(path: path, environment: environment)
        let problems = MaterialCheck(loaded).problems
        guard problems.isEmpty else { throw .invalid(file: path, problems: problems, warnings: loaded.warnings) }
        return loaded
    }

    /// Says what is wrong with a file, one line for each problem.
    static func report(_ failure: SettingsFailure) {
        for line in failure.lines { Terminal.talk("error: \(line)") }
        if case .invalid(let file, _, let warnings) = failure { report(warnings, in: file) }
    }

    static func report(_ warnings: [SettingsProblem], in file: String) {
        for warning in warnings { Terminal.talk("warning: \(file):\(warning)") }
    }
}
