import Telemetry

extension Builder {
    func legacy(_ section: Entry?) -> [LegacySettings] {
        var names: Set<String> = []
        var result: [LegacySettings] = []
        for entry in section?.elements ?? [] {
            guard let name = entry["name"], let text = name.text else { continue }
            if !isLabel(text) { problems.error(name, expected: labelWords) }
            if !names.insert(text).inserted { problems.error(name, expected: "a name that no other entry has") }
            guard let kind = entry["kind"].flatMap({ self.kind($0, entry) }) else { continue }
            var legacy = LegacySettings(name: text, from: sources(entry), kind: kind)
            legacy.insecure = entry.bool("insecure") ?? false
            checkInsecure(legacy, entry)
            result.append(legacy)
        }
        if let section { checkAsserted(result, section) }
        let sources = result.reduce(0) { $0 + $1.from.count }
        if let section, sources > LegacySettings.sourcesMax {
            problems.error(
                section, found: "\(sources) places in the `from` of all entries",
                expected: "at most \(LegacySettings.sourcesMax)", hint: "every request is searched for each of them")
        }
        return result
    }

    private func kind(_ kind: Entry, _ entry: Entry) -> LegacySettings.Kind? {
        refuseKeys(ofOtherKindsThan: kind.text ?? "", entry)
        return switch kind.text {
        case "jwt": jwt(entry).map { .jwt($0) }
        case "session": session(entry).map { .session($0) }
        case "base64": unsignedToken(entry).map { .base64($0) }
        case "asserted": .asserted
        default: userInfo(entry).map { .userInfo($0) }
        }
    }

    private func jwt(_ entry: Entry) -> LegacySettings.JWT? {
        for key in ["algorithm", "keys", "userId"] where entry[key] == nil { requireForKind("jwt", key, entry) }
        guard let algorithm: LegacySettings.JWT.Algorithm = entry.choice("algorithm"), let section = entry["keys"],
            let userID = entry.string("userId")
        else { return nil }
        var jwt = LegacySettings.JWT(algorithm: algorithm, keys: keys(section, algorithm), userIDClaim: userID)
        jwt.issuer = entry.string("issuer")
        jwt.audience = entry.string("audience")
        jwt.neverExpires = entry.bool("neverExpires") ?? false
        if jwt.neverExpires {
            problems.warn(
                entry["neverExpires"] ?? entry, expected: "false", hint: "a stolen token then stays good until its key is replaced")
        }
        jwt.revokedBy = entry.choice("revokedBy") ?? jwt.revokedBy
        jwt.revoked = entry["revoked"].map { revocation($0, by: jwt.revokedBy) }
        jwt.active = entry["active"].map { query($0, "the user id") }
        if jwt.revoked == nil, let key = entry["revokedBy"] {
            problems.error(key, expected: "no revokedBy without revoked", hint: "there is no query that it could be for")
        } else if jwt.revokedBy == .digest, algorithm == .es256, let key = entry["revokedBy"] {
            problems.error(
                key, expected: "\"jti\" or \"user\", because the algorithm is ES256",
                hint: "a signature (r, s) has a twin (r, n - s) that is as good, and the token then another digest")
        }
        jwt.cacheSeconds = entry.int("cacheSeconds") ?? jwt.cacheSeconds
        return jwt
    }

    private func session(_ entry: Entry) -> LegacySettings.Session? {
        guard let text = entry["query"] else {
            requireForKind("session", "query", entry)
            return nil
        }
        var session = LegacySettings.Session(query: query(text, "the token"))
        session.cacheSeconds = entry.int("cacheSeconds") ?? session.cacheSeconds
        return session
    }

    func requireForKind(_ kind: String, _ key: String, _ entry: Entry) {
        problems.missing(
            "\(entry.path).\(key)", entry.range, expected: "a value", hint: "kind \"\(kind)\" needs it")
    }

    private func revocation(_ entry: Entry, by key: LegacySettings.JWT.RevocationKey) -> String {
        switch key {
        case .tokenID: query(entry, "the jti")
        case .digest: query(entry, "the SHA-256 of the token")
        case .user: query(entry, "the user id", "the iat")
        }
    }

    private func query(_ entry: Entry, _ parameter: String, _ second: String? = nil) -> String {
        let text = entry.text ?? ""
        let start = text.prefix { $0 != " " && $0 != "\n" }.uppercased()
        if start != "SELECT" && start != "WITH" { problems.error(entry, expected: "a query that begins with SELECT or WITH") }
        if !text.contains("$1") {
            problems.error(
                entry, expected: "a query with $1, \(parameter)", hint: "without it every credential has the same answer")
        }
        if let second, !text.contains("$2") {
            problems.error(
                entry, expected: "a query with $2, \(second)", hint: "without it every token of that user has the same answer")
        }
        if text.contains(second == nil ? "$2" : "$3") {
            problems.error(entry, expected: second == nil ? "a query with $1 only" : "a query with $1 and $2 only")
        }
        return text
    }

    private func keys(_ section: Entry, _ algorithm: LegacySettings.JWT.Algorithm) -> [LegacySettings.Key] {
        if section.elements.isEmpty { problems.empty(section, expected: "at least one key") }
        return section.elements.compactMap { entry in
            let wanted = algorithm == .hs256 ? "secret" : "publicKey"
            let unwanted = algorithm == .hs256 ? "publicKey" : "secret"
            if let other = entry[unwanted] {
                problems.error(
                    other, found: "a \(unwanted)", expected: "a \(wanted), because the algorithm is \(algorithm.rawValue)")
            }
            guard let material = entry[wanted], let text = material.text else {
                if entry[unwanted] == nil {
                    problems.missing("\(entry.path).\(wanted)", entry.range, expected: "a value")
                }
                return nil
            }
            if algorithm == .hs256 { checkStrength(material, text) } else if !checkPEM(material, text) { return nil }
            return LegacySettings.Key(keyID: entry.string("kid"), material: Secret(text))
        }
    }

    /// RFC 7518 §3.2: a key as long as the digest. A shorter one can be guessed from a single token.
    func checkStrength(_ entry: Entry, _ secret: String) {
        let count = secret.utf8.count
        if count < 8 {
            problems.error(
                entry, found: "a secret of \(counted(count, "byte"))", expected: "32 bytes or more",
                hint: "under 8 bytes it is found within minutes")
        } else if count < 32 {
            problems.warn(
                entry, found: "a secret of \(counted(count, "byte"))", expected: "32 bytes or more",
                hint: "whoever has one token can search for it")
        }
        if secret.contains("-----BEGIN") {
            problems.error(
                entry, found: "a PEM text as the secret of HS256", expected: "a secret",
                hint: "a public key is no secret: RS256, ES256 or EdDSA")
        }
    }

    private func checkPEM(_ entry: Entry, _ text: String) -> Bool {
        if text.contains("PRIVATE KEY") {
            problems.error(
                entry, found: "a private key", expected: "a PEM public key",
                hint: "Segue verifies only; treat that key as published")
            return false
        }
        if text.contains("-----BEGIN PUBLIC KEY-----"), text.contains("-----END PUBLIC KEY-----") { return true }
        problems.error(
            entry, found: "something else", expected: "a PEM public key", hint: "-----BEGIN PUBLIC KEY----- …; try ${file:key.pem}")
        return false
    }

    private func sources(_ entry: Entry) -> [CredentialSource] {
        guard let section = entry["from"] else { return [] }
        var result: [CredentialSource] = []
        for element in section.elements {
            guard let source = CredentialSource(parsing: element.text ?? "") else {
                problems.error(
                    element, expected: "bearer, cookie:NAME, scheme:NAME, header:NAME or query:NAME",
                    hint: "the scheme Bearer is bearer; Authorization and Cookie are read through the others")
                continue
            }
            if result.contains(source) { problems.error(element, expected: "a place that is not listed yet") }
            result.append(source)
        }
        if section.elements.isEmpty { problems.empty(section, expected: "at least one place") }
        return result
    }
}

extension CredentialSource {
    init?(parsing text: String) {
        if text == "bearer" {
            self = .bearer
            return
        }
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, isToken(parts[1]) else { return nil }
        switch parts[0] {
        case "cookie": self = .cookie(parts[1])
        case "scheme" where parts[1].lowercased() != "bearer": self = .scheme(parts[1])
        case "header" where !["authorization", "cookie", "host", "connection"].contains(parts[1].lowercased()):
            self = .header(parts[1])
        case "query": self = .query(parts[1])
        default: return nil
        }
    }
}
