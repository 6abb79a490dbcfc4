import GatewayTesting
import Telemetry

/// What the placeholders of a journey stand for (`Journeys/README.md`). Tokens are made once per run, so that the origin gets
/// the very token that the client sent.
final class Placeholders {
    private let now: UnixTime
    private var tokens: [String: [UInt8]] = [:]

    init(at now: UnixTime) { self.now = now }

    /// The bytes that somebody sends.
    func bytes(_ lines: [String]) throws(Journey.Mistake) -> [UInt8] {
        var bytes: [UInt8] = []
        for piece in try pieces(lines, Placeholders.origin) {
            guard case .bytes(let literal) = piece else { throw Journey.Mistake(description: "\(piece) cannot be sent") }
            bytes += literal
        }
        return bytes
    }

    /// What somebody must get.
    func pattern(_ lines: [String], at actor: Journey.Actor) throws(Journey.Mistake) -> Pattern {
        var merged: [Pattern.Piece] = []
        for piece in try pieces(lines, actor.isClient ? Placeholders.client : Placeholders.origin) {
            if case .bytes(let more) = piece, case .bytes(let before)? = merged.last {
                merged[merged.count - 1] = .bytes(before + more)
            } else {
                merged.append(piece)
            }
        }
        return Pattern(pieces: merged)
    }

    private func pieces(_ lines: [String], _ blocks: [String: [String]]) throws(Journey.Mistake) -> [Pattern.Piece] {
        var pieces: [Pattern.Piece] = []
        for line in lines {
            if let block = blocks[line] ?? Placeholders.refusal(line) {
                pieces += try self.pieces(block, [:])
            } else {
                try append(line, to: &pieces)
            }
        }
        return pieces
    }

    // MARK: Whole lines

    private static let origin = [
        "{hop}": [
            "X-Forwarded-For: 127.0.0.1", "X-Forwarded-Proto: http", "X-Forwarded-Host: api.example.com", "Via: 1.1 segue",
            "X-Request-Id: {any}", "traceparent: 00-{any}-00",
        ],
        "{ok}": ["HTTP/1.1 200 OK", "Content-Length: 2", "", "ok\\"],
    ]
    private static let client = [
        "{via}": ["Via: 1.1 segue", "X-Request-Id: {any}"],
        "{ok}": ["HTTP/1.1 200 OK", "Content-Length: 2", "Via: 1.1 segue", "X-Request-Id: {any}", "", "ok\\"],
    ]

    /// `{refusal 401 token_invalid}`, `{last refusal 400 request_malformed}`
    private static func refusal(_ line: String) -> [String]? {
        var words = line.split(separator: " ").map { $0.filter { $0 != "{" && $0 != "}" } }
        let isLast = words.first == "last"
        if isLast { words.removeFirst() }
        guard line.hasPrefix("{"), line.hasSuffix("}"), words.count == 3, words[0] == "refusal" else { return nil }
        return ["HTTP/1.1 \(words[1]) {any}", "{lines}Via: 1.1 segue", "X-Request-Id: {any}"]
            + (isLast ? ["Connection: close"] : [])
            + ["", #"{"detail": "{any}", "code": "\#(words[2])", "request_id": "{any}"}\"#]
    }

    // MARK: Within a line

    private func append(_ line: String, to pieces: inout [Pattern.Piece]) throws(Journey.Mistake) {
        var rest = line[...]
        var literal: [UInt8] = []
        func finish() {
            if !literal.isEmpty { pieces.append(.bytes(literal)) }
            literal = []
        }
        while let character = rest.first {
            if character == "{", let end = rest.firstIndex(of: "}"),
                let piece = try piece(rest[rest.index(after: rest.startIndex)..<end])
            {
                finish()
                pieces.append(piece)
                rest = rest[rest.index(after: end)...]
            } else if character == "\\" {
                if rest.count == 1 { return finish() }
                literal.append(try Placeholders.escaped(&rest))
            } else {
                literal += String(character).utf8
                rest = rest.dropFirst()
            }
        }
        literal += Array("\r\n".utf8)
        finish()
    }

    /// `nil`: braces that are no placeholder, as JSON has them.
    private func piece(_ name: Substring) throws(Journey.Mistake) -> Pattern.Piece? {
        if name == "any" { return .anyInLine }
        if name == "lines" { return .anyLines }
        for (word, isWhole) in [("chunked ", true), ("begun ", false)] where name.hasPrefix(word) {
            let text = name.dropFirst(word.count)
            return .chunked(repeated(text) ?? Array(text.utf8), isWhole: isWhole)
        }
        if let bytes = repeated(name) { return .bytes(bytes) }
        return try token(name.split(separator: " ").map(String.init)).map { .bytes($0) }
    }

    /// `1000 x`
    private func repeated(_ text: Substring) -> [UInt8]? {
        let words = text.split(separator: " ")
        guard words.count == 2, let count = Int(words[0]) else { return nil }
        return Array(String(repeating: String(words[1]), count: count).utf8)
    }

    private func token(_ words: [String]) throws(Journey.Mistake) -> [UInt8]? {
        guard words.count > 1, words[words.count - 2] == "token", let name = words.last else { return nil }
        let key = words.joined(separator: " ")
        if let made = tokens[key] { return made }
        let mint = TokenMint()
        let (user, id, past) = ("user_" + name, People.ids[name] ?? "0", now.adding(seconds: -7200))
        let token: Secret =
            switch words.dropLast().joined(separator: " ") {
            case "token": mint.session(user, at: now)
            case "expired token": mint.session(user, at: past)
            case "forged token": mint.session(user, at: now).tampered
            case "unsigned token":
                mint.sign(header: #"{"alg":"none","typ":"JWT"}"#, claims: ["sub": "\"\(user)\"", "iss": "\"\(TokenMint.issuer)\""])
            case "rotated token": TokenMint(keyID: "ins_2", rotated: true).session(user, at: now)
            case "expired rotated token": TokenMint(keyID: "ins_2", rotated: true).session(user, at: past)
            case "foreign token": mint.session(user, at: now, claims: ["iss": "\"https://elsewhere.example.com\""])
            case "old token": TokenMint.legacy(id, at: now)
            case "expired old token": TokenMint.legacy(id, at: past)
            case "forged old token": TokenMint.legacy(id, secret: "a secret that somebody else made up", at: now)
            default: throw Journey.Mistake(description: "there is no {\(key)}")
            }
        tokens[key] = token.expose()
        return token.expose()
    }

    private static func escaped(_ rest: inout Substring) throws(Journey.Mistake) -> UInt8 {
        let escape = rest.dropFirst()
        rest = escape.dropFirst()
        switch escape.first {
        case "n": return 10
        case "r": return 13
        case "t": return 9
        case "0": return 0
        case "\\": return UInt8(ascii: "\\")
        case "x":
            defer { rest = rest.dropFirst(2) }
            if let byte = UInt8(rest.prefix(2), radix: 16) { return byte }
            fallthrough
        default: throw Journey.Mistake(description: "\\\(escape.prefix(1)) is no escape")
        }
    }
}

extension Journey.Actor {
    var isClient: Bool { if case .client = self { true } else { false } }
}
