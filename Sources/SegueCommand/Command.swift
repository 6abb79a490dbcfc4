internal import JSON

/// One subcommand: a line in a table. A command that has subcommands of its own runs a second table.
struct Command: Sendable {
    let name: String
    /// One line, for `--help`.
    let summary: String
    let run: @Sendable (inout Arguments) async -> ExitCode

    init(_ name: String, _ summary: String, _ run: @escaping @Sendable (inout Arguments) async -> ExitCode) {
        (self.name, self.summary, self.run) = (name, summary, run)
    }

    /// A command that waits for nothing. (Swift 6.3.1 crashes when it is asked to convert the function by itself.)
    init(_ name: String, _ summary: String, _ run: @escaping @Sendable (inout Arguments) -> ExitCode) {
        self.init(name, summary) { (arguments: inout Arguments) async -> ExitCode in run(&arguments) }
    }
}

/// What the process says at its end. Other numbers are never used.
enum ExitCode: Int32, Sendable {
    case ok = 0
    /// The operation failed, or the answer is no.
    case failed = 1
    /// The command line makes no sense.
    case usage = 2
    /// Some of many failed.
    case partial = 3
    /// Something that must be true first is not.
    case precondition = 4
    /// The other side cannot be reached, or failed.
    case remote = 5
}

extension Arguments {
    /// Runs the subcommand that the next word names.
    mutating func dispatch(_ commands: [Command]) async -> ExitCode {
        let names = commands.map(\.name)
        guard let word = words.first, !word.hasPrefix("-") else { return listing(of: commands) }
        words.removeFirst()
        if word == "help" {
            words.append("--help")
            return await dispatch(commands)
        }
        guard let command = commands.first(where: { $0.name == word }) else {
            return refuse("there is no subcommand \(word)", guess: nearestName(to: word, in: names))
        }
        var inner = Arguments("\(path) \(word)", command.summary, words + ["--"] + plainWords)
        return await command.run(&inner)
    }

    /// `--help` without a subcommand lists them on standard output; no words at all is a mistake.
    private func listing(of commands: [Command]) -> ExitCode {
        if let option = words.first, option != "--help", option != "-h" {
            return refuse("there is no option \(option) before the subcommand", guess: nil)
        }
        let width = commands.map(\.name.count).max() ?? 0
        let lines = commands.map { "  \($0.name)\(String(repeating: " ", count: width - $0.name.count))  \($0.summary)" }
        let text = """
            \(summary)

            Usage: \(path) SUBCOMMAND …

            \(lines.joined(separator: "\n"))

            `\(path) help SUBCOMMAND` says more about one.
            """
        if words.isEmpty {
            Terminal.talk(text)
            return .usage
        }
        return Terminal.say(text)
    }
}
