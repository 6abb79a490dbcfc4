internal import Files
internal import Settings

/// The file that `check`, `routes` and `flip` are about.
enum SettingsFile {
    static let standard = "routes.json"

    static func word(_ arguments: inout Arguments) -> String {
        arguments.optionalWord("FILE", "the settings; \(standard) by default") ?? standard
    }

    static func load(_ path: String) throws(SettingsFailure) -> LoadedSettings {
        try SettingsLoader.load(path: path, environment: Environment.all)
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
