import Files
package import JSON

/// Reads a file that a `${file:PATH}` or a `NAME_FILE` names.
package typealias FileReader = (_ path: String) throws(FileReadFailure) -> [UInt8]

package struct FileReadFailure: Error, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}

/// Settings that passed every check that needs no network, and what an operator should know about them.
package struct LoadedSettings: Sendable {
    package let settings: Settings
    package let warnings: [SettingsProblem]
    package let file: String
    /// The file itself, for `segue flip`, which edits it in place.
    package let text: [UInt8]
    package let document: JSONValue
}

/// `routes.json` → `Settings`: parse, expand, hold against the shapes, build, check what belongs together. All problems
/// of a file are reported at once.
package enum SettingsLoader {
    /// Settings are read by people; a file beyond this is a mistake.
    package static let bytesMax = 1 << 20

    package static func load(path: String, environment: [String: String]) throws(SettingsFailure) -> LoadedSettings {
        let text: [UInt8]
        do { text = try Files.read(path, bytesMax: bytesMax) } catch { throw .unreadable(file: path, reason: reason(error)) }
        return try load(text, path: path, environment: environment)
    }

    /// The text that stands in the file at `path`, or that is about to.
    package static func load(_ text: [UInt8], path: String, environment: [String: String]) throws(SettingsFailure) -> LoadedSettings
    {
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
        return try load(text, file: path, environment: environment) { named throws(FileReadFailure) in
            try read(named.hasPrefix("/") ? named : folder + named)
        }
    }

    private static func read(_ path: String) throws(FileReadFailure) -> [UInt8] {
        do { return try Files.read(path, bytesMax: 65_536) } catch { throw FileReadFailure(reason(error)) }
    }

    package static func load(
        _ text: [UInt8], file: String, environment: [String: String], readFile: @escaping FileReader
    ) throws(SettingsFailure) -> LoadedSettings {
        let problems = Problems(text: text)
        let document = try parse(text, file: file, problems)
        let expansion = Expansion(environment: environment, readFile: readFile)
        let checked = Checker(expansion: expansion, problems: problems).check(document, .file, "")
        guard let root = checked, case .object = root.content else {
            if problems.errors.isEmpty { problems.error("", document.range, found: "null", expected: Shape.file.expectation) }
            throw .invalid(file: file, problems: problems.errors, warnings: problems.warnings)
        }
        let settings = Builder(problems: problems, expansion: expansion).settings(root)
        let sorted = problems.errors.sorted { ($0.line, $0.column) < ($1.line, $1.column) }
        guard sorted.isEmpty else { throw .invalid(file: file, problems: sorted, warnings: problems.warnings) }
        return LoadedSettings(settings: settings, warnings: problems.warnings, file: file, text: text, document: document)
    }

    private static func parse(_ text: [UInt8], file: String, _ problems: Problems) throws(SettingsFailure) -> JSONValue {
        do {
            return try JSONValue(parsing: text, limits: JSONLimits(bytes: bytesMax))
        } catch {
            problems.error("", error.offset..<error.offset, found: "\(error.reason)", expected: "JSON (RFC 8259)")
            throw .invalid(file: file, problems: problems.errors, warnings: [])
        }
    }

    private static func reason(_ error: FileError) -> String {
        switch error {
        case .system(_, let call, _): "\(call) failed: \(error)"
        case .tooLarge(_, let bytesMax): "larger than \(bytesMax) bytes"
        }
    }
}
