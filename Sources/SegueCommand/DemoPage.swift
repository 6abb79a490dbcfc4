import Fetch
import Files
import Glibc
import HTTP
import HTTPServer
import Telemetry

/// What the demo prints. At a terminal with marks and colours, elsewhere in plain ASCII.
struct DemoPage {
    private let isPlain: Bool

    init(isPlain: Bool) { self.isPlain = isPlain }

    /// As standard output and NO_COLOR ask for (https://no-color.org).
    static func forStandardOutput() -> DemoPage {
        let isRefused = Environment.value(of: "NO_COLOR").map { !$0.isEmpty } ?? false
        return DemoPage(isPlain: isRefused || isatty(STDOUT_FILENO) == 0)
    }

    func heading(_ number: Int, _ text: String) { Terminal.sayColoured("\n" + bold("\(number). \(text)")) }
    func note(_ text: String) { Terminal.say("   \(text)") }
    func verdict(_ holds: Bool, _ text: String) { Terminal.sayColoured("   \(mark(holds)) \(Terminal.harmless(text))") }

    /// Several lines by one speaker, whose name stands before the first.
    func say(_ speaker: String, _ lines: [String]) {
        for (index, line) in lines.enumerated() {
            let name = index == 0 ? speaker : ""
            let label = dim(name + String(repeating: " ", count: max(0, 8 - name.count)))
            Terminal.sayColoured("     \(label) \(Terminal.harmless(line))")
        }
    }

    func summary(_ lines: [(holds: Bool, text: String)]) {
        Terminal.say("")
        for line in lines { Terminal.sayColoured("\(mark(line.holds)) \(Terminal.harmless(line.text))") }
    }

    private func mark(_ holds: Bool) -> String {
        if isPlain { return holds ? "[ok]" : "[FAILED]" }
        return holds ? "\u{1B}[32m\u{2713}\u{1B}[0m" : "\u{1B}[31m\u{2717}\u{1B}[0m"
    }

    private func bold(_ text: String) -> String { isPlain ? text : "\u{1B}[1m\(text)\u{1B}[0m" }
    private func dim(_ text: String) -> String { isPlain ? text : "\u{1B}[2m\(text)\u{1B}[0m" }
}

// MARK: Messages

extension DemoPage {
    func request(_ target: String, _ fields: [FetchRequest.Field]) {
        say("client", ["GET \(target)"] + fields.map { line($0.name, $0.value.exposeText()) })
    }

    func answer(_ status: Status, _ fields: [(name: String, value: String)], _ content: [UInt8]) {
        let isRefusal = status.code >= 400
        let told = fields.filter { isRefusal && ["www-authenticate", "retry-after"].contains($0.name.lowercased()) }
        let text = isRefusal ? " \(String(decoding: content.prefix(200), as: UTF8.self))" : " \(status.reason)"
        say("segue", ["\(status.code)\(text)"] + told.map { line($0.name, $0.value) })
    }

    /// What reached the origin: every field, or those that say who is calling.
    func received(_ requests: [ServerRequest], inFull: Bool) {
        guard let request = requests.first else { return say("origin", ["saw nothing"]) }
        let shown = request.fields.filter { inFull || isTelling($0.name) }
        let others = request.fields.count - shown.count
        say(
            "origin",
            ["\(request.method.name) \(request.target)"] + shown.map { line($0.name, $0.value) }
                + (others == 0 ? [] : ["(and \(others) fields that say nothing of the caller)"]))
    }

    private func isTelling(_ name: String) -> Bool {
        ["x-user", "x-clerk", "x-auth", "authorization", "cookie", "connection"].contains { name.folded.hasPrefix($0) }
    }

    /// Tokens are cut where they begin to differ: they work.
    private func line(_ name: String, _ value: String) -> String {
        "\(name): \(value.count > 60 ? "\(value.prefix(24))..." : value)"
    }
}
