import Files
import JSON
import Settings
import Testing

/// docs/limits.md lists every limit: those that the file sets, and those that stand in the code.
@Suite("LimitsPage") struct LimitsPageTests {
    private let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

    private func read(_ path: String) throws -> String {
        try String(decoding: Files.read("\(root)/\(path)", bytesMax: 1 << 20), as: UTF8.self)
    }

    @Test func `each number that the settings take has a row with its default`() throws {
        let page = try read("docs/limits.md")
        var rows: [String] = []
        collect(SettingsSchema.document, path: "", into: &rows)
        #expect(rows.count > 20)
        for row in rows { #expect(page.contains(row), "\(row)") }
    }

    private func collect(_ schema: JSONValue, path: String, into rows: inout [String]) {
        for member in schema["properties"]?.object ?? [] {
            let inner = path.isEmpty ? member.name : "\(path).\(member.name)"
            if takesRange(member.value) {
                let text = member.value["description"]?.string ?? ""
                let standard = text.firstRange(of: " Default: ").map { text[$0.upperBound...].dropLast() } ?? "–"
                rows.append("| `\(inner)` | \(standard.contains("`") ? String(standard) : "`\(standard)`") |")
            }
            collect(member.value, path: inner, into: &rows)
        }
        for choice in schema["anyOf"]?.array ?? [] { collect(choice, path: path, into: &rows) }
        if let items = schema["items"] { collect(items, path: "\(path)[]", into: &rows) }
        if let values = schema["additionalProperties"], values.object != nil { collect(values, path: "\(path).*", into: &rows) }
    }

    private func takesRange(_ schema: JSONValue) -> Bool {
        schema["minimum"] != nil || (schema["anyOf"]?.array ?? []).contains { takesRange($0) }
    }

    @Test func `each row of a file stands in it with that value`() throws {
        var (file, source, count) = ("", "", 0)
        for line in try read("docs/limits.md").split(separator: "\n") {
            if line.hasPrefix("### ["), let open = line.firstRange(of: "(../"), let close = line.lastIndex(of: ")") {
                file = String(line[open.upperBound..<close])
                source = try read(file)
            }
            let cells = line.split(separator: "`", omittingEmptySubsequences: false)
            guard !file.isEmpty, line.hasPrefix("| `"), cells.count >= 5 else { continue }
            count += 1
            let (name, value) = (cells[1], cells[3])
            let stands = source.split(separator: "\n").contains { line in
                let words = line.split(separator: " ").map { $0.prefix { $0 != ":" } }
                return words.contains(name) && (line.hasSuffix("= \(value)") || line.contains("= \(value) "))
            }
            #expect(stands, "\(file): \(name) = \(value)")
        }
        #expect(count > 80)
    }

    @Test(arguments: [
        "Settings/Limits", "HTTP1/HeadLimits", "HTTP1/ChunkError", "HTTPServer/Limits", "Sockets/Limits", "JOSE/TokenLimits",
        "Authentication/AuthenticationLimits", "Identity/IdentityLimits", "ClerkAPI/Limits", "LegacyAPI/Limits", "Fetch/Limits",
        "Directory/Limits", "Migration/MigrationLimits",
    ])
    func `each limit of a module has a row with its value`(file: String) throws {
        let page = try read("docs/limits.md")
        let lines = try read("Sources/\(file).swift").split(separator: "\n")
        var count = 0
        for line in lines {
            let words = line.split(separator: " ")
            let isConstant = words.contains("static") && words.contains("let")
            // Those of the settings are above, by their keys.
            let isVariable = words.starts(with: ["package", "var"]) && file != "Settings/Limits"
            guard isConstant || isVariable,
                let name = words.firstIndex(where: { $0 == "let" || $0 == "var" }).map({ words[$0 + 1] }),
                let equals = line.firstRange(of: " = "), line[equals.upperBound...].first?.isNumber == true
            else { continue }
            count += 1
            let row = "| `\(name.prefix { $0 != ":" })` | `\(line[equals.upperBound...])` |"
            #expect(page.contains(row), "\(row)")
        }
        #expect(count > 0)
    }
}
