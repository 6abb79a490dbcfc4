import JSON

/// `${NAME}`, `${NAME:-default}` and `${file:PATH}` within a string; `$${` stands for a literal `${`. What an expansion
/// yields is not expanded again.
struct Expansion {
    enum Fault: Error, Equatable {
        case unterminated
        case badName(String)
        case nested
        case missing(String, nearest: String?)
        /// A secret that was not to be empty.
        case empty(String)
        /// Two spellings of one variable with two values.
        case disagreement([String])
        case file(String, reason: String)
    }

    enum Result: Equatable {
        /// There was nothing to expand.
        case unchanged
        case text(String)
        /// Nothing is left: the key or array element is not there.
        case nothing
    }

    let environment: [String: String]
    let readFile: FileReader

    /// Other spellings under which an application may already have a variable of Clerk's.
    private static let spellings = [
        "CLERK_PUBLISHABLE_KEY": ["NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY", "VITE_CLERK_PUBLISHABLE_KEY"],
        "CLERK_WEBHOOK_SIGNING_SECRET": ["CLERK_WEBHOOK_SECRET"],
    ]

    func expand(_ text: String, isSecret: Bool) throws(Fault) -> Result {
        guard text.contains("${") else { return .unchanged }
        var result = ""
        var rest = text[...]
        while let dollar = rest.firstRange(of: "${") {
            let before = rest[..<dollar.lowerBound]
            rest = rest[dollar.upperBound...]
            if before.last == "$" {
                result += before.dropLast() + "${"
                continue
            }
            guard let end = rest.firstIndex(of: "}") else { throw .unterminated }
            result += before
            result += try value(of: rest[..<end], isSecret: isSecret)
            rest = rest[rest.index(after: end)...]
        }
        result += rest
        return result.isEmpty ? .nothing : .text(result)
    }

    private func value(of expression: Substring, isSecret: Bool) throws(Fault) -> String {
        if expression.contains("${") { throw .nested }
        if expression.hasPrefix("file:") { return try content(of: String(expression.dropFirst(5)), isSecret: isSecret) }
        let separator = expression.firstRange(of: ":-")
        let name = String(expression[..<(separator?.lowerBound ?? expression.endIndex)])
        guard Expansion.isName(name) else { throw .badName(name) }
        let value = try variable(name, isSecret: isSecret)
        if let separator { return value.flatMap { $0.isEmpty ? nil : $0 } ?? String(expression[separator.upperBound...]) }
        guard let value else { throw .missing(name, nearest: nearestName(to: name, in: environment.keys.sorted())) }
        if isSecret, value.isEmpty { throw .empty(name) }
        return value
    }

    /// The value of a variable under any of its spellings, and for a secret also what the file in `NAME_FILE` holds.
    func variable(_ name: String, isSecret: Bool) throws(Fault) -> String? {
        var found: [(name: String, value: String)] = []
        for spelling in [name] + (Expansion.spellings[name] ?? []) {
            if let value = environment[spelling] { found.append((spelling, value)) }
            if isSecret, let path = environment[spelling + "_FILE"], !path.isEmpty {
                found.append((spelling + "_FILE", try content(of: path, isSecret: isSecret)))
            }
        }
        let filled = found.filter { !$0.value.isEmpty }
        guard let first = filled.first else { return found.first?.value }
        guard filled.allSatisfy({ $0.value == first.value }) else { throw .disagreement(filled.map(\.name)) }
        return first.value
    }

    /// A file without the line break that editors and `echo` put at its end.
    private func content(of path: String, isSecret: Bool) throws(Fault) -> String {
        let bytes: [UInt8]
        do { bytes = try readFile(path) } catch { throw .file(path, reason: "\(error)") }
        guard var text = String(validating: bytes, as: UTF8.self) else { throw .file(path, reason: "not UTF-8") }
        if text.hasSuffix("\r\n") || text.hasSuffix("\n") { text.removeLast() }
        if isSecret, text.allSatisfy(\.isWhitespace) { throw .empty("file:\(path)") }
        return text
    }

    private static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, !(48...57).contains(first) else { return false }
        return text.utf8.allSatisfy { (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == 95 }
    }
}

extension Expansion.Fault {
    var found: String {
        switch self {
        case .unterminated: "\"${\" without \"}\""
        case .badName(let name): "the variable name \"\(name)\""
        case .nested: "\"${\" inside \"${…}\""
        case .missing(let name, _): "${\(name)}, which is not set"
        case .empty(let name): "${\(name)}, which is empty"
        case .disagreement(let names): "\(names.joined(separator: " and ")) with different values"
        case .file(let path, let reason): "${file:\(path)}, which cannot be read (\(reason))"
        }
    }

    var expected: String {
        switch self {
        case .unterminated, .badName, .nested: "${NAME}, ${NAME:-default} or ${file:PATH}"
        case .missing: "a variable of the environment"
        case .empty: "a secret"
        case .disagreement: "one value"
        case .file: "a file"
        }
    }

    var hint: String? {
        switch self {
        case .unterminated: "write $${ for a literal ${"
        case .badName, .nested, .disagreement, .file: nil
        case .missing(let name, let nearest):
            "set \(name), or write ${\(name):-} to leave the key out without it" + (nearest.map { "; \($0) is set" } ?? "")
        case .empty(let name): name.hasPrefix("file:") ? nil : "write ${\(name):-} to leave the key out when it is empty"
        }
    }
}
