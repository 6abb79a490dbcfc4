import Telemetry

/// Makes `Settings` of entries whose types are right, and reports what is wrong with their values. Each section has a
/// file of its own; `Relations` then checks what belongs together.
struct Builder {
    let problems: Problems
    let expansion: Expansion

    func settings(_ root: Entry) -> Settings {
        var settings = Settings()
        settings.workers = root.int("workers") ?? settings.workers
        settings.listen = listen(root)
        settings.admin = root["admin"].flatMap { admin($0) }
        settings.trustedProxies = root["trustedProxies"]?.elements.compactMap { network($0) } ?? []
        settings.stateDirectory = root.string("stateDirectory")
        settings.limits = limits(root["limits"])
        if let log = root["log"] {
            settings.log.level = log.choice("level") ?? settings.log.level
            settings.log.access = log.bool("access") ?? settings.log.access
        }
        settings.shutdown.drainSeconds = root["shutdown"]?.int("drainSeconds") ?? settings.shutdown.drainSeconds
        settings.path.slashes = root["path"]?.choice("slashes") ?? settings.path.slashes
        settings.csrf = csrf(root["csrf"])
        settings.cors = root["cors"].map { cors($0) }
        settings.login = root["login"].map { login($0) }
        settings.smtp = root["smtp"].flatMap { smtp($0) }
        settings.invitations = root["invitations"].flatMap { invitations($0) }
        settings.identity = identity(root["identity"])
        settings.clerk = root["clerk"].flatMap { clerk($0) }
        settings.legacy = legacy(root["legacy"])
        settings.directory = root["directory"].flatMap { directory($0) }
        settings.migrate = root["migrate"].map { migration($0) } ?? settings.migrate
        settings.origins = origins(root["origins"])
        settings.routes = routes(root["routes"], origins: settings.origins)
        Relations(problems: problems, root: root).check(settings)
        return settings
    }

    /// A value that the file leaves out, from the variable that has it elsewhere.
    func variable(_ name: String, isSecret: Bool, for path: String, in entry: Entry) -> String? {
        do {
            return try expansion.variable(name, isSecret: isSecret).flatMap { $0.isEmpty ? nil : $0 }
        } catch {
            problems.error(path, entry.range, found: error.found, expected: error.expected, hint: error.hint)
            return nil
        }
    }
}

// MARK: - Small sections

extension Builder {
    private func listen(_ root: Entry) -> [Listen] {
        guard let section = root["listen"] else { return [Listen(address: "0.0.0.0:8080")] }
        var addresses: Set<String> = []
        var result: [Listen] = []
        for entry in section.elements {
            guard let address = entry["address"], let text = listenAddress(address) else { continue }
            if !text.hasSuffix(":0"), !addresses.insert(text).inserted {
                problems.error(address, expected: "an address that is not listed yet")
            }
            result.append(Listen(address: text))
        }
        if section.elements.isEmpty { problems.empty(section, expected: "at least one address") }
        return result
    }

    private func admin(_ entry: Entry) -> AdminSettings? {
        guard let address = entry["address"], let text = listenAddress(address) else { return nil }
        let token = entry.string("token") ?? variable("SEGUE_ADMIN_TOKEN", isSecret: true, for: "admin.token", in: entry)
        if let token, token.utf8.count < 16 {
            problems.warn(
                entry["token"] ?? entry, found: "a token of \(counted(token.utf8.count, "byte"))", expected: "16 or more",
                hint: "a short token can be guessed")
        }
        return AdminSettings(address: text, token: token.map { .init($0) })
    }

    private func listenAddress(_ entry: Entry) -> String? {
        let text = entry.text ?? ""
        let host = text.hasPrefix(":") ? "0.0.0.0" : HostAndPort(text)?.host ?? ""
        let port = text.hasPrefix(":") ? UInt16(text.dropFirst()) : HostAndPort(text)?.port
        if port != nil, host == "localhost" || IPAddress(host) != nil { return text }
        problems.error(entry, expected: "an IP address and a port", hint: "such as 127.0.0.1:8080 or [::1]:8080")
        return nil
    }

    private func network(_ entry: Entry) -> Network? {
        do {
            let network = try Network(parsing: entry.text ?? "")
            if network.bits == 0 || network.bits == 96 && network.prefix.starts(with: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]) {
                problems.warn(
                    entry, expected: "the networks of your proxies only", hint: "every client can now name its own address")
            }
            return network
        } catch {
            let hint =
                switch error {
                case .notAnAddress: "such as 10.0.0.0/8 or fd00::/8"
                case .badPrefixLength: "the part behind / is a number of bits"
                case .hostBits: "bits behind the prefix are set: leave out the /…, or clear them"
                }
            problems.error(entry, expected: "a network in CIDR form", hint: hint)
            return nil
        }
    }

    private func limits(_ entry: Entry?) -> Limits {
        var limits = Limits()
        guard let entry else { return limits }
        limits.requestLineBytes = entry.int("requestLineBytes") ?? limits.requestLineBytes
        limits.headerBytes = entry.int("headerBytes") ?? limits.headerBytes
        limits.headerCount = entry.int("headerCount") ?? limits.headerCount
        limits.bodyBytes = entry.int64("bodyBytes") ?? limits.bodyBytes
        limits.headerSeconds = entry.int("headerSeconds") ?? limits.headerSeconds
        limits.bodyIdleSeconds = entry.int("bodyIdleSeconds") ?? limits.bodyIdleSeconds
        limits.idleSeconds = entry.int("idleSeconds") ?? limits.idleSeconds
        limits.halfClosedSeconds = entry.int("halfClosedSeconds") ?? limits.halfClosedSeconds
        limits.connections = entry.int("connections") ?? limits.connections
        // Unless the file says otherwise there are never more tunnels than connections.
        limits.tunnels = entry.int("tunnels") ?? min(limits.tunnels, limits.connections)
        limits.tunnelIdleSeconds = entry.int("tunnelIdleSeconds") ?? limits.tunnelIdleSeconds
        if limits.headerBytes < limits.requestLineBytes {
            problems.error(
                entry["headerBytes"] ?? entry,
                found: "headerBytes \(limits.headerBytes) below requestLineBytes \(limits.requestLineBytes)",
                expected: "room for the request line", hint: "the request line is a part of the header section")
        }
        if limits.tunnels > limits.connections {
            problems.error(
                entry["tunnels"] ?? entry, found: "tunnels \(limits.tunnels) above connections \(limits.connections)",
                expected: "at most as many", hint: "an upgraded connection is a connection of a client")
        }
        return limits
    }

    func timeouts(_ entry: Entry?, standard: Timeouts = Timeouts()) -> Timeouts {
        var timeouts = standard
        timeouts.connectSeconds = entry?.int("connectSeconds") ?? timeouts.connectSeconds
        timeouts.responseSeconds = entry?.int("responseSeconds") ?? timeouts.responseSeconds
        timeouts.idleSeconds = entry?.int("idleSeconds") ?? timeouts.idleSeconds
        return timeouts
    }

    private func csrf(_ entry: Entry?) -> CSRF {
        var csrf = CSRF()
        csrf.allowedOrigins = entry?["allowedOrigins"].map { webOrigins($0) }
        csrf.strict = entry?.bool("strict") ?? csrf.strict
        return csrf
    }

    private func cors(_ entry: Entry) -> CORS {
        let section = entry["allowedOrigins"]
        let credentials = entry.bool("credentials") ?? false
        let isEverybody = section?.elements.contains { $0.text == "*" } ?? false
        if let section, isEverybody, credentials {
            problems.error(
                section, found: "\"*\" with credentials", expected: "the origins by name", hint: "any site could act for your users"
            )
        }
        let origins = isEverybody ? ["*"] : section.map { webOrigins($0) } ?? []
        var cors = CORS(allowedOrigins: origins, credentials: credentials)
        cors.exposedHeaders =
            entry["exposedHeaders"]?.elements.compactMap { name in
                if let text = name.text, isToken(text) { return text }
                problems.error(name, expected: "a field name", hint: "such as X-Total-Count")
                return nil
            } ?? []
        cors.maxAgeSeconds = entry.int64("maxAgeSeconds") ?? cors.maxAgeSeconds
        return cors
    }

    /// Origins as browsers write them (RFC 6454 §6.2), because they are compared byte by byte.
    func webOrigins(_ section: Entry) -> [String] {
        section.elements.compactMap { entry in
            let text = entry.text ?? ""
            guard let url = WebURL(text), url.path.isEmpty, text == text.lowercased() else {
                let hint =
                    text.hasSuffix("/")
                    ? "without the final slash" : "scheme and host in lower case, such as https://app.example.com"
                problems.error(entry, expected: "an origin", hint: hint)
                return nil
            }
            if url.port == (url.isSecure ? 443 : 80) {
                problems.error(entry, expected: "an origin without its default port", hint: "browsers leave it out")
                return nil
            }
            return text
        }
    }
}
