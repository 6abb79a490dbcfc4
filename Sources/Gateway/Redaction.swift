import Authentication
import HTTP
import Settings

/// A request head for a person to read: everything but what proves who somebody is.
struct Redaction {
    private static let mark = "[redacted]"
    /// Words in the name of a field, cookie or parameter that holds a secret as a rule.
    private static let secretWords = [
        "token", "secret", "password", "passwd", "apikey", "session", "credential", "signature", "assertion", "authorization",
        "cookie", "jwt",
    ]

    /// Names that the settings read credentials from, folded.
    private let names: Set<String>
    /// What stands before a token in a subprotocol's name.
    private let prefixes: [String]
    /// The credentials themselves, wherever else they may stand.
    private let values: [String]

    init(_ settings: Settings, hiding credentials: [CredentialReport], of head: RequestHead) {
        let sources = settings.legacy.flatMap(\.from) + settings.routes.compactMap(\.mint?.place)
        let named = sources.compactMap { source in
            switch source {
            case .header(let name), .query(let name), .cookie(let name): name
            case .bearer, .scheme: nil
            }
        }
        let upgrades = settings.routes.flatMap(\.upgradeFrom)
        let parameters = upgrades.compactMap { if case .query(let name) = $0 { name } else { nil } }
        prefixes = upgrades.compactMap { if case .subprotocol(let prefix) = $0 { prefix } else { nil } }
        names = Set((named + parameters + [settings.identity.assertion?.field].compactMap { $0 }).map(Self.folded))
        values = credentials.map { String(decoding: head.section.bytes[$0.value], as: UTF8.self) }.filter { $0.utf8.count >= 8 }
    }

    func text(_ head: [UInt8]) -> String {
        let lines = String(decoding: head, as: UTF8.self).split(separator: "\r\n").map(String.init)
        guard let first = lines.first else { return "" }
        let shown = [requestLine(first)] + lines.dropFirst().map(field)
        return values.reduce(shown.joined(separator: "\n")) { $0.replacing($1, with: Self.mark) }
    }

    private func requestLine(_ line: String) -> String {
        guard let mark = line.firstIndex(of: "?"), let end = line.lastIndex(of: " "), mark < end else { return line }
        let query = line[line.index(after: mark)..<end].split(separator: "&", omittingEmptySubsequences: false).map { pair in
            guard let equals = pair.firstIndex(of: "="), isSecret(String(pair[..<equals])) else { return String(pair) }
            return String(pair[...equals]) + Self.mark
        }
        return String(line[...mark]) + query.joined(separator: "&") + String(line[end...])
    }

    private func field(_ line: String) -> String {
        guard let colon = line.firstIndex(of: ":") else { return line }
        if Self.folded(String(line[..<colon])) == "secwebsocketprotocol" { return subprotocols(line, after: colon) }
        guard isSecret(String(line[..<colon])) else { return line }
        // A scheme and a cookie's name tell an operator what was sent.
        let value = line[line.index(after: colon)...].drop { $0 == " " }
        switch Self.folded(String(line[..<colon])) {
        case "authorization", "proxyauthorization":
            let scheme = value.prefix { $0 != " " }
            return String(line[...colon]) + " " + (scheme.count < value.count ? "\(scheme) " : "") + Self.mark
        case "cookie":
            let pairs = value.split(separator: ";").map { pair in
                (pair.firstIndex(of: "=").map { String(pair[...$0]) } ?? "") + Self.mark
            }
            return String(line[...colon]) + " " + pairs.joined(separator: ";")
        default: return String(line[...colon]) + " " + Self.mark
        }
    }

    private func subprotocols(_ line: String, after colon: String.Index) -> String {
        let names = line[line.index(after: colon)...].split(separator: ",", omittingEmptySubsequences: false).map { name in
            let trimmed = name.drop { $0 == " " || $0 == "\t" }
            return prefixes.first { trimmed.hasPrefix($0) }.map { " \($0)\(Self.mark)" } ?? String(name)
        }
        return String(line[...colon]) + names.joined(separator: ",")
    }

    private func isSecret(_ name: String) -> Bool {
        let folded = Self.folded(name)
        return names.contains(folded) || Self.secretWords.contains { folded.contains($0) }
    }

    private static func folded(_ name: String) -> String { name.lowercased().filter { $0.isLetter || $0.isNumber } }
}
