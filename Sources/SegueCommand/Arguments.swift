internal import JSON

/// The words behind a subcommand. A command takes what it knows, and each taking is also its documentation:
///
///     let issuer = arguments.option("issuer", "URL", "the claim iss must be this")
///     let json = arguments.flag("json", "print JSON")
///     let token = arguments.word("TOKEN", "the token, or - for standard input")
///     if let end = arguments.finish() { return end }
///
/// `finish` prints the help that was asked for, or refuses what nobody took. Take options before plain words. A word
/// behind `--` is a plain word, whatever it looks like.
struct Arguments: Sendable {
    /// `segue token mint`
    let path: String
    let summary: String
    var words: [String]
    /// What stood behind `--`.
    private(set) var plainWords: [String]

    private var documentation: [(usage: String, help: String)] = []
    private var plainNames: [String] = []
    private var examples: [String] = []
    private var mistake: String?

    init(_ path: String, _ summary: String, _ words: [String]) {
        (self.path, self.summary) = (path, summary)
        let end = words.firstIndex(of: "--") ?? words.count
        self.words = Array(words[..<end])
        plainWords = Array(words[end...].dropFirst())
    }

    /// Whether `--name` is there.
    mutating func flag(_ name: String, _ help: String) -> Bool {
        documentation.append(("--\(name)", help))
        let isThere = words.contains("--\(name)")
        words.removeAll { $0 == "--\(name)" }
        if words.contains(where: { $0.hasPrefix("--\(name)=") }) { note("--\(name) takes no value") }
        return isThere
    }

    /// The value of `--name VALUE` or `--name=VALUE`, at most once.
    mutating func option(_ name: String, _ value: String, _ help: String) -> String? {
        let values = options(name, value, help)
        if values.count > 1 { note("--\(name) is given \(values.count) times") }
        return values.first
    }

    /// The values of an option that may be repeated.
    mutating func options(_ name: String, _ value: String, _ help: String) -> [String] {
        documentation.append(("--\(name) \(value)", help))
        var (values, index) = ([String](), 0)
        while index < words.count {
            if words[index].hasPrefix("--\(name)=") {
                values.append(String(words.remove(at: index).dropFirst(name.count + 3)))
            } else if words[index] == "--\(name)" {
                words.remove(at: index)
                // A value that begins with two hyphens needs the form with `=`: it is more likely a forgotten value.
                if index < words.count, !words[index].hasPrefix("--") {
                    values.append(words.remove(at: index))
                } else {
                    note("--\(name) needs a value (\(value))")
                }
            } else {
                index += 1
            }
        }
        return values
    }

    /// The value of an option that is a whole number in a range.
    mutating func number(_ name: String, _ help: String, _ range: ClosedRange<Int>) -> Int? {
        guard let text = option(name, "N", help) else { return nil }
        guard let number = Int(text), range.contains(number) else {
            note("--\(name) must be a whole number from \(range.lowerBound) to \(range.upperBound), not \(text)")
            return nil
        }
        return number
    }

    /// The value of an option that is a time: `90`, `90s`, `15m`, `24h` or `30d`, in seconds.
    mutating func seconds(_ name: String, _ help: String) -> Int64? {
        guard let text = option(name, "TIME", help) else { return nil }
        let seconds = Self.seconds(text)
        if seconds == nil { note("--\(name) must be a time such as 90s, 15m, 24h or 30d, not \(text)") }
        return seconds
    }

    static func seconds(_ text: String) -> Int64? {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        let unit = text.last.flatMap { units[$0] }
        guard let count = Int64(unit == nil ? text[...] : text.dropLast()), count.magnitude <= 36_500 * 86_400 else { return nil }
        return count * (unit ?? 1)
    }

    /// The next plain word; empty when it is missing, which `finish` refuses.
    mutating func word(_ name: String, _ help: String) -> String {
        plainNames.append(name)
        documentation.append((name, help))
        guard let word = nextPlainWord() else {
            note("\(name) is missing")
            return ""
        }
        return word
    }

    /// The next plain word, if there is one.
    mutating func optionalWord(_ name: String, _ help: String) -> String? {
        plainNames.append("[\(name)]")
        documentation.append((name, help))
        return nextPlainWord()
    }

    /// A line for the help: a whole command.
    mutating func example(_ line: String) { examples.append(line) }

    /// Notes a mistake in the words; the first one is reported by `finish`.
    mutating func note(_ text: String) { mistake = mistake ?? text }

    /// How the command ends here, or `nil` when the words made sense.
    mutating func finish() -> ExitCode? {
        if words.contains("--help") || words.contains("-h") { return Terminal.say(help) }
        if let unknown = words.first(where: { $0.hasPrefix("-") && $0 != "-" }) {
            let name = String(unknown.prefix { $0 != "=" })
            let known = documentation.compactMap { $0.usage.split(separator: " ").first.map(String.init) } + ["--help"]
            return refuse("there is no option \(name)", guess: nearestName(to: name, in: known.filter { $0.hasPrefix("--") }))
        }
        if let mistake { return refuse(mistake, guess: nil) }
        guard let extra = words.first ?? plainWords.first else { return nil }
        return refuse("one word too many: \(extra)", guess: nil)
    }

    func refuse(_ reason: String, guess: String?) -> ExitCode {
        let hint = guess.map { "; did you mean \($0)?" } ?? ""
        Terminal.talk("\(path): \(reason)\(hint)\nSee `\(path) --help`.")
        return .usage
    }

    private mutating func nextPlainWord() -> String? {
        if let index = words.firstIndex(where: { !$0.hasPrefix("-") || $0 == "-" }) { return words.remove(at: index) }
        return plainWords.isEmpty ? nil : plainWords.removeFirst()
    }

    private var help: String {
        let all = documentation + [("--help", "print this")]
        let width = all.map(\.usage.count).max() ?? 0
        let lines = all.map { "  \($0.usage)\(String(repeating: " ", count: width - $0.usage.count))  \($0.help)" }
        let usage = ([path] + plainNames + (documentation.isEmpty ? [] : ["[options]"])).joined(separator: " ")
        let shown = examples.isEmpty ? "" : "\n\nExamples:\n" + examples.map { "  \($0)" }.joined(separator: "\n")
        return "\(summary)\n\nUsage: \(usage)\n\n\(lines.joined(separator: "\n"))\(shown)"
    }
}
