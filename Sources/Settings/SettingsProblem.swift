/// Something in `routes.json` that is wrong, or that an operator should know. It never holds the value of a secret.
package struct SettingsProblem: Sendable, Hashable {
    /// `routes[2].match.path`
    package let path: String
    /// From 1; columns count bytes.
    package let line: Int
    package let column: Int
    package let found: String
    package let expected: String
    package let hint: String?
}

extension SettingsProblem {
    init(path: String, range: Range<Int>, in text: [UInt8], found: String, expected: String, hint: String?) {
        let before = text.prefix(range.lowerBound)
        let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        let line = before.reduce(1) { $1 == UInt8(ascii: "\n") ? $0 + 1 : $0 }
        self.init(
            path: path, line: line, column: range.lowerBound - lineStart + 1, found: found, expected: expected, hint: hint)
    }
}

extension SettingsProblem: CustomStringConvertible {
    package var description: String {
        let place = "\(line):\(column): " + (path.isEmpty ? "" : "\(path): ")
        return place + "found \(found), expected \(expected)" + (hint.map { "; \($0)" } ?? "")
    }
}

/// Why a file gave no settings.
package enum SettingsFailure: Error, Sendable {
    case unreadable(file: String, reason: String)
    case invalid(file: String, problems: [SettingsProblem], warnings: [SettingsProblem])

    /// One line for each problem, each with the name of the file.
    package var lines: [String] {
        switch self {
        case .unreadable(let file, let reason): ["\(file): \(reason)"]
        case .invalid(let file, let problems, _): problems.map { "\(file):\($0)" }
        }
    }
}

extension SettingsFailure: CustomStringConvertible {
    package var description: String { lines.joined(separator: "\n") }
}

/// Collects what is found while a file is read, so that all of it is said at once.
final class Problems {
    private let text: [UInt8]
    private(set) var errors: [SettingsProblem] = []
    private(set) var warnings: [SettingsProblem] = []

    init(text: [UInt8]) { self.text = text }

    func error(_ path: String, _ range: Range<Int>, found: String, expected: String, hint: String? = nil) {
        errors.append(problem(path, range, found, expected, hint))
    }

    func error(_ entry: Entry, found: String? = nil, expected: String, hint: String? = nil) {
        error(entry.path, entry.range, found: found ?? entry.shown, expected: expected, hint: hint)
    }

    /// Reports what is not there, unless it is missing only because what was there is reported already.
    func missing(_ path: String, _ range: Range<Int>, found: String = "nothing", expected: String, hint: String? = nil) {
        guard !isReported(path) else { return }
        error(path, range, found: found, expected: expected, hint: hint)
    }

    /// Whether something is wrong with the value at a path, or with a part of it.
    func isReported(_ path: String) -> Bool {
        errors.contains { $0.path == path || $0.path.hasPrefix(path + "[") || $0.path.hasPrefix(path + ".") }
    }

    func warn(_ path: String, _ range: Range<Int>, found: String, expected: String, hint: String? = nil) {
        warnings.append(problem(path, range, found, expected, hint))
    }

    /// An array in which nothing is left, unless its elements are reported already.
    func empty(_ entry: Entry, expected: String, hint: String? = nil) {
        missing(entry.path, entry.range, found: entry.shown, expected: expected, hint: hint)
    }

    func warn(_ entry: Entry, found: String? = nil, expected: String, hint: String? = nil) {
        warn(entry.path, entry.range, found: found ?? entry.shown, expected: expected, hint: hint)
    }

    private func problem(_ path: String, _ range: Range<Int>, _ found: String, _ expected: String, _ hint: String?)
        -> SettingsProblem
    {
        SettingsProblem(path: path, range: range, in: text, found: found, expected: expected, hint: hint)
    }
}
