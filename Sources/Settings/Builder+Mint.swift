import JSON
import Telemetry

extension Builder {
    func mint(_ entry: Entry, for mode: Mode) -> Mint? {
        let place = entry["to"].map { mintPlace($0) } ?? .bearer
        let claims = claims(entry["claims"])
        guard let kind = mintKind(entry), let place else { return nil }
        // In "observe" and "legacy" it waits for the flip.
        if mode == .public || mode == .deny {
            problems.warn(
                entry, found: "a credential for callers from Clerk in mode \"\(mode.rawValue)\"",
                expected: "a mode that knows the caller",
                hint: "it has no effect now")
        }
        return Mint(kind: kind, place: place, claims: claims)
    }

    private func mintKind(_ entry: Entry) -> Mint.Kind? {
        let kind = entry.string("kind")
        let own = ["jwt": ["secret", "keyId", "claims"], "base64": ["claims"], "session": ["insert", "extend"]][kind ?? ""] ?? []
        for member in entry.members where !own.contains(member.name) && member.name != "kind" && member.name != "to" {
            problems.error(member.entry, found: "a key of another kind", expected: "keys of kind \"\(kind ?? "")\"")
        }
        let needed = ["jwt": ["secret", "claims"], "base64": ["claims"], "session": ["insert"]][kind ?? ""] ?? []
        let missing = needed.filter { entry[$0] == nil }
        for key in missing {
            problems.missing("\(entry.path).\(key)", entry.range, expected: "a value", hint: "kind \"\(kind ?? "")\" needs it")
        }
        guard missing.isEmpty else { return nil }
        switch kind {
        case "jwt":
            guard let secret = entry["secret"], let text = secret.text else { return nil }
            checkStrength(secret, text)
            return .jwt(secret: Secret(text), keyID: entry.string("keyId"))
        case "base64": return .base64
        case "session":
            guard let insert = entry["insert"] else { return nil }
            return .session(
                insert: statement(insert, verb: "INSERT", parameters: 3),
                extend: entry["extend"].map { extendStatement($0) })
        default: return nil
        }
    }

    private func mintPlace(_ entry: Entry) -> CredentialSource? {
        if let source = CredentialSource(parsing: entry.text ?? "") {
            switch source {
            case .bearer, .scheme: return source
            case .cookie(let name):
                let folded = name.lowercased()
                guard folded == "__session" || folded.hasPrefix("__session_") else { return source }
                problems.error(entry, expected: "a cookie that is not Clerk's", hint: "Segue reads Clerk's tokens there")
                return nil
            case .header(let name): if let name = freeFieldName(entry, name) { return .header(name) } else { return nil }
            case .query: break
            }
        }
        problems.error(
            entry, expected: "bearer, cookie:NAME, scheme:NAME or header:NAME", hint: "what stands in a query is logged on its way")
        return nil
    }

    private func claims(_ section: Entry?) -> [Mint.Claim] {
        guard let section else { return [] }
        if section.members.isEmpty {
            problems.empty(section, expected: "at least one claim", hint: "the origin finds the caller by one, such as user_id")
        }
        if section.members.count > Mint.claimsMax {
            problems.error(section, found: "\(section.members.count) claims", expected: "at most \(Mint.claimsMax)")
        }
        let claims = section.members.map { Mint.Claim(name: $0.name, value: claim($0.entry)) }
        for (member, claim) in zip(section.members, claims) where claim.name == "exp" && claim.value != .expires {
            problems.error(
                member.entry, expected: "{expires}", hint: "the token must not outlive the Clerk token that it stands for")
        }
        if !claims.isEmpty, !claims.contains(where: \.value.namesCaller) {
            problems.warn(
                section, found: "no claim that says who is calling", expected: "one with {user.id} or {user.id:number}",
                hint: "the origin would take everybody for the same person, or for nobody")
        }
        return claims
    }

    private func claim(_ entry: Entry) -> Mint.Value {
        switch entry.content {
        case .integer(let value): return .integer(value)
        case .bool(let value): return .bool(value)
        case .null, .string, .array, .object: break
        }
        let text = entry.text ?? ""
        if let known = Mint.Value.placeholders.first(where: { $0.text == text }) { return known.value }
        if text.contains("{") || text.contains("}") {
            let all = Mint.Value.placeholders.map(\.text)
            problems.error(
                entry, expected: "\(all.joined(separator: ", ")) or a text without braces",
                hint: nearestName(to: text, in: all).map { "did you mean \"\($0)\"?" })
        }
        return .text(text)
    }

    private func statement(_ entry: Entry, verb: String, parameters: Int) -> String {
        let text = entry.text ?? ""
        let start = text.prefix { $0 != " " && $0 != "\n" }.uppercased()
        if start != verb { problems.error(entry, expected: "a statement that begins with \(verb)") }
        for number in 1...parameters where !text.contains("$\(number)") {
            problems.error(
                entry, expected: "a statement with $\(number)", hint: parameters == 3 ? "token, user id, end" : "token, end")
        }
        if text.contains("$\(parameters + 1)") { problems.error(entry, expected: "a statement with $1 to $\(parameters) only") }
        return text
    }

    /// Only what it returns tells a row that was extended from one that is gone.
    private func extendStatement(_ entry: Entry) -> String {
        let text = statement(entry, verb: "UPDATE", parameters: 2)
        if !text.uppercased().contains("RETURNING") {
            problems.error(entry, expected: "an UPDATE … RETURNING", hint: "the row that it returns says that there was one")
        }
        return text
    }

    /// Segue answers at this path itself, whatever the routes say.
    func ownPath(_ entry: Entry) -> String? {
        let text = entry.text ?? ""
        if let pattern = try? PathPattern(text), pattern.parameterNames.isEmpty, !pattern.matchesRest, !pattern.segments.isEmpty,
            !text.hasSuffix("/"), text.utf8.allSatisfy({ isAlphanumeric($0) || "-._~/".utf8.contains($0) })
        {
            return text
        }
        problems.error(entry, expected: "a path such as /auth/clerk-login-callback", hint: "without {names}, * and a final /")
        return nil
    }

    func login(_ section: Entry) -> Login {
        var login = Login()
        login.callback = section["callback"].flatMap { ownPath($0) }
        login.upgrade = section["upgrade"].flatMap { ownPath($0) }
        if section["callback"] == nil, section["upgrade"] == nil { problems.empty(section, expected: "callback or upgrade") }
        return login
    }

    func assertion(_ section: Entry, field: String?) -> Assertion? {
        guard let field else {
            if let key = section["assertionKey"] ?? section["assertionKeyId"] {
                problems.warn(key, expected: "identity.assertion, a field name", hint: "it has no effect now")
            }
            return nil
        }
        guard let key = section["assertionKey"], let text = key.text else {
            problems.missing(
                "identity.assertionKey", section.range, expected: "a secret of 32 bytes or more, or a PEM private key",
                hint: "origins check the assertion with it")
            return nil
        }
        if text.contains("-----BEGIN") {
            if !text.contains("PRIVATE KEY-----") {
                problems.error(key, found: "a PEM text that is no private key", expected: "the key that signs")
            }
        } else {
            checkStrength(key, text)
        }
        return Assertion(field: field, key: Secret(text), keyID: section.string("assertionKeyId"))
    }
}
