// The kinds of `legacy` that are no signed token and no row of a table.
extension Builder {
    private static let keysOfKinds = [
        "jwt": [
            "algorithm", "keys", "userId", "issuer", "audience", "neverExpires", "revoked", "revokedBy", "active", "cacheSeconds",
        ],
        "session": ["query", "cacheSeconds"],
        "base64": ["format", "userId"],
        "asserted": [],
        "userinfo": ["url", "userId", "cacheSeconds"],
    ]

    func refuseKeys(ofOtherKindsThan kind: String, _ entry: Entry) {
        let own = Builder.keysOfKinds[kind] ?? []
        for member in entry.members where !own.contains(member.name) {
            guard Builder.keysOfKinds.values.contains(where: { $0.contains(member.name) }) else { continue }
            problems.error(member.entry, found: "a key of another kind", expected: "keys of kind \"\(kind)\"")
        }
    }

    func unsignedToken(_ entry: Entry) -> LegacySettings.UnsignedToken? {
        let format: LegacySettings.UnsignedToken.Format = entry.choice("format") ?? .json
        let member = entry.string("userId")
        switch format {
        case .json:
            if member == nil { requireForKind("base64", "userId", entry) }
        case .text:
            if let given = entry["userId"] {
                problems.error(given, expected: "no userId, because the format is \"text\"", hint: "the whole text is the id")
            }
        }
        return LegacySettings.UnsignedToken(format: format, userIDMember: member ?? "")
    }

    func userInfo(_ entry: Entry) -> LegacySettings.UserInfo? {
        for key in ["url", "userId"] where entry[key] == nil { requireForKind("userinfo", key, entry) }
        guard let given = entry["url"], let text = given.text, let member = entry.string("userId") else { return nil }
        guard let url = WebURL(text) else {
            problems.error(given, expected: "an http:// or https:// URL", hint: "without a user, a query and a fragment")
            return nil
        }
        if !url.isSecure, !url.isLoopback {
            problems.warn(
                given, found: "plain HTTP to another machine", expected: "https://", hint: "everybody's credentials travel there")
        }
        var info = LegacySettings.UserInfo(url: text, userIDMember: member)
        info.cacheSeconds = entry.int("cacheSeconds") ?? info.cacheSeconds
        return info
    }

    /// Who accepts what proves nothing says so, and is told at every start what that means.
    func checkInsecure(_ legacy: LegacySettings, _ entry: Entry) {
        switch legacy.kind {
        case .base64, .asserted:
            guard !legacy.insecure else { break }
            problems.missing(
                "\(entry.path).insecure", entry.range, expected: "true",
                hint: "whoever knows an id is that user here; say so to let the old clients in")
        case .jwt, .session, .userInfo: break
        }
        guard legacy.insecure else { return }
        problems.warn(
            entry["insecure"] ?? entry, found: "INSECURE: legacy \"\(legacy.name)\" proves nothing", expected: "its end, soon",
            hint: "whoever knows a user id is that user on every route in mode \"legacy\" or \"dual\"")
    }

    /// Any text is an id that somebody could assert: another verifier of the same place would never be asked.
    func checkAsserted(_ entries: [LegacySettings], _ section: Entry) {
        for (index, legacy) in entries.enumerated() {
            guard case .asserted = legacy.kind else { continue }
            let place = section.elements.first { $0.string("name") == legacy.name }?["from"] ?? section
            for source in legacy.from {
                switch source {
                case .bearer, .scheme:
                    problems.error(place, expected: "cookie:NAME, header:NAME or query:NAME", hint: "an id is no token")
                case .cookie, .header, .query:
                    guard entries.indices.contains(where: { $0 != index && entries[$0].from.contains(source) }) else { continue }
                    problems.error(place, expected: "a place that no other entry reads", hint: "any text there is taken for an id")
                }
            }
        }
    }
}
