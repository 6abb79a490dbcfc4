import Telemetry

extension Builder {
    func clerk(_ entry: Entry) -> ClerkSettings? {
        let keyText =
            entry.string("publishableKey")
            ?? variable("CLERK_PUBLISHABLE_KEY", isSecret: false, for: "clerk.publishableKey", in: entry)
        let key = keyText.flatMap { PublishableKey($0) }
        if keyText != nil, key == nil {
            problems.error(
                entry["publishableKey"] ?? entry, found: "something else", expected: "Clerk's publishable key",
                hint: "pk_test_… or pk_live_…, copied whole from the API keys page")
            return nil
        }
        guard let issuer = issuer(entry, key), let jwksURL = url(entry, "jwksUrl", standard: issuer + "/.well-known/jwks.json")
        else { return nil }

        var clerk = ClerkSettings(issuer: issuer, jwksURL: jwksURL)
        clerk.publishableKey = keyText
        let secret = entry.string("secretKey") ?? variable("CLERK_SECRET_KEY", isSecret: true, for: "clerk.secretKey", in: entry)
        if let secret { checkSecretKey(secret, key, entry) }
        clerk.secretKey = secret.map { Secret($0) }
        clerk.jwtKey = jwtKey(entry)
        clerk.apiURL =
            url(
                entry, "apiUrl",
                standard: variable("CLERK_API_URL", isSecret: false, for: "clerk.apiUrl", in: entry) ?? clerk.apiURL)
            ?? clerk.apiURL
        clerk.authorizedParties = entry["authorizedParties"].map { webOrigins($0) } ?? []
        clerk.requireAuthorizedParty = entry.bool("requireAuthorizedParty") ?? clerk.requireAuthorizedParty
        checkAuthorizedParties(clerk, entry)
        clerk.keys = keys(entry["keys"])
        clerk.webhooks = entry["webhooks"].flatMap { webhooks($0) }
        return clerk
    }

    private func issuer(_ entry: Entry, _ key: PublishableKey?) -> String? {
        if let given = entry["issuer"] {
            let text = given.text ?? ""
            guard WebURL(text) != nil, !text.hasSuffix("/") else {
                problems.error(
                    given, expected: "the Frontend API URL",
                    hint: "https://clerk.example.com, without a final slash, exactly as in the claim iss")
                return nil
            }
            return url(entry, "issuer", standard: text)
        }
        if let key { return "https://\(key.host)" }
        if problems.isReported("clerk.issuer") { return nil }
        problems.missing(
            "clerk.publishableKey", entry.range, found: "neither publishableKey nor issuer", expected: "one of them",
            hint: "set CLERK_PUBLISHABLE_KEY")
        return nil
    }

    /// Over plain HTTP somebody on the way could put their own keys in; on this machine there is no way.
    private func url(_ section: Entry, _ key: String, standard: String) -> String? {
        let text = section.string(key) ?? standard
        let entry = section[key]
        guard let url = WebURL(text) else {
            problems.error(
                entry ?? section, found: entry == nil ? "\"\(withoutPassword(text))\"" : nil, expected: "an https:// URL for \(key)"
            )
            return nil
        }
        guard url.isSecure || url.isLoopback else {
            problems.error(
                entry ?? section, found: "\(key) over plain HTTP", expected: "https://",
                hint: "http:// is accepted for this machine only")
            return nil
        }
        return text.hasSuffix("/") ? String(text.dropLast()) : text
    }

    private func checkSecretKey(_ secret: String, _ key: PublishableKey?, _ entry: Entry) {
        let place = entry["secretKey"] ?? entry
        let isLive = secret.hasPrefix("sk_live_") || secret.hasPrefix("live_")
        let isTest = secret.hasPrefix("sk_test_") || secret.hasPrefix("test_")
        if secret.hasPrefix("pk_") {
            problems.error(place, found: "a publishable key", expected: "Clerk's secret key", hint: "it begins with sk_")
        } else if !isLive, !isTest {
            problems.warn(place, found: "a value that does not begin with sk_test_ or sk_live_", expected: "Clerk's secret key")
        } else if let key, key.isLive != isLive {
            problems.error(
                place, found: "a \(isLive ? "live" : "test") secret key beside a \(key.isLive ? "live" : "test") publishable key",
                expected: "two keys of one instance")
        }
    }

    /// A PEM text, also with `\n` for its line breaks, or only what stands between its first and last line.
    private func jwtKey(_ entry: Entry) -> String? {
        guard let given = entry.string("jwtKey") ?? variable("CLERK_JWT_KEY", isSecret: false, for: "clerk.jwtKey", in: entry)
        else { return nil }
        let text = given.replacing("\\n", with: "\n")
        if text.contains("PRIVATE KEY") {
            problems.error(
                entry["jwtKey"] ?? entry, found: "a private key", expected: "a PEM public key",
                hint: "treat that key as published, and replace it")
            return nil
        }
        if text.contains("-----BEGIN PUBLIC KEY-----"), text.contains("-----END PUBLIC KEY-----") { return text }
        let body = text.utf8.filter { $0 > 0x20 }
        guard body.count >= 100, body.allSatisfy({ isAlphanumeric($0) || "+/=".utf8.contains($0) }) else {
            problems.error(
                entry["jwtKey"] ?? entry, found: "something else", expected: "a PEM public key",
                hint: "-----BEGIN PUBLIC KEY----- …")
            return nil
        }
        return "-----BEGIN PUBLIC KEY-----\n\(String(decoding: body, as: UTF8.self))\n-----END PUBLIC KEY-----\n"
    }

    private func checkAuthorizedParties(_ clerk: ClerkSettings, _ entry: Entry) {
        guard clerk.authorizedParties.isEmpty, clerk.requireAuthorizedParty else { return }
        problems.error(
            entry["authorizedParties"] ?? entry, found: "no authorizedParties", expected: "the origins of your front ends",
            hint: "no session token can pass without; for native apps only, say requireAuthorizedParty: false")
    }

    private func keys(_ entry: Entry?) -> ClerkSettings.Keys {
        var keys = ClerkSettings.Keys()
        guard let entry else { return keys }
        keys.refreshSeconds = entry.int("refreshSeconds") ?? keys.refreshSeconds
        keys.cooldownSeconds = entry.int("cooldownSeconds") ?? keys.cooldownSeconds
        keys.overlapSeconds = entry.int("overlapSeconds") ?? keys.overlapSeconds
        keys.maxStaleSeconds = entry.int("maxStaleSeconds") ?? keys.maxStaleSeconds
        if keys.maxStaleSeconds < keys.refreshSeconds {
            problems.error(
                entry["maxStaleSeconds"] ?? entry,
                found: "maxStaleSeconds \(keys.maxStaleSeconds) below refreshSeconds \(keys.refreshSeconds)",
                expected: "keys that last until the next fetch")
        }
        return keys
    }

    private func webhooks(_ entry: Entry) -> ClerkSettings.Webhooks? {
        guard let path = entry["path"] else { return nil }
        guard let own = ownPath(path) else { return nil }
        var secrets = entry["secrets"]?.elements.compactMap { $0.text.map { Secret($0) } } ?? []
        for entry in entry["secrets"]?.elements ?? [] where !(entry.text ?? "").hasPrefix("whsec_") {
            problems.error(entry, found: "a value without whsec_", expected: "a signing secret")
        }
        if entry["secrets"] == nil,
            let secret = variable("CLERK_WEBHOOK_SIGNING_SECRET", isSecret: true, for: "clerk.webhooks.secrets", in: entry)
        {
            secrets = [Secret(secret)]
        }
        if secrets.isEmpty {
            problems.warn(
                entry, found: "no signing secret", expected: "one", hint: "events cannot be verified and are not received")
        }
        return secrets.isEmpty ? nil : .init(path: own, secrets: secrets, tee: entry.bool("tee") ?? false)
    }
}
