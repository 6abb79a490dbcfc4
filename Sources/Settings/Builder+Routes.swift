import HTTP
import JSON

extension Builder {
    func routes(_ section: Entry?, origins: [Origin]) -> [Route] {
        guard let section else { return [] }
        if section.elements.isEmpty {
            problems.empty(section, expected: "at least one route", hint: "every request would be answered 404")
        }
        var names: Set<String> = []
        return section.elements.compactMap { entry in
            if let name = entry["name"], let text = name.text {
                if !isLabel(text) { problems.error(name, expected: labelWords) }
                if !names.insert(text).inserted { problems.error(name, expected: "a name that no other route has") }
            }
            return route(entry, origins: origins)
        }
    }

    private func route(_ entry: Entry, origins: [Origin]) -> Route? {
        let match = entry["match"].flatMap { self.match($0) }
        let mode: Mode? = entry.choice("mode")
        let origin = origin(entry, mode, origins)
        guard let name = entry.string("name"), let match, let mode else { return nil }
        var route = Route(name: name, match: match, origin: origin, mode: mode)
        route.answer = entry.choice("answer")
        route.optional = entry.bool("optional") ?? false
        if let canary = entry["canary"], let mode: Mode = canary.choice("mode"), let percent = canary.int("percent") {
            route.canary = Route.Canary(mode: mode, percent: percent)
        }
        if let status = entry["deny"]?.int64("status") { route.denyStatus = Status(UInt16(status)) }
        route.encodedSlash = entry.bool("encodedSlash") ?? false
        set(entry["set"], &route)
        require(entry["require"], &route)
        route.mint = entry["mint"].flatMap { mint($0, for: mode) }
        if let credentials = entry["credentials"] {
            route.credentials.legacy = credentials.choice("legacy") ?? route.credentials.legacy
            route.credentials.clerk = credentials.choice("clerk") ?? route.credentials.clerk
        }
        route.upgradeFrom = entry["upgradeFrom"].map { upgradeSources($0) } ?? []
        route.errors = entry.choice("errors") ?? route.errors
        route.limits.bodyBytes = entry["limits"]?.int64("bodyBytes")
        if let timeouts = entry["timeouts"] {
            route.timeouts = self.timeouts(timeouts, standard: origin.map { origins[$0].timeouts } ?? Timeouts())
        }
        check(route, entry)
        return route
    }

    private func origin(_ entry: Entry, _ mode: Mode?, _ origins: [Origin]) -> Int? {
        guard let name = entry["origin"], let text = name.text else {
            if let mode, mode != .deny, entry["answer"] == nil {
                problems.missing(
                    "\(entry.path).origin", entry.range, expected: "the name of an origin",
                    hint: "only deny and answer need none")
            }
            return nil
        }
        if let index = origins.firstIndex(where: { $0.name == text }) { return index }
        let hint = nearestName(to: text, in: origins.map(\.name)).map { "did you mean \"\($0)\"?" }
        problems.error(name, expected: "a name in origins", hint: hint)
        return nil
    }

    private func match(_ entry: Entry) -> Route.Match? {
        let host = entry["host"].flatMap { self.host($0) }
        let methods = entry["methods"].map { self.methods($0) } ?? []
        guard let path = entry["path"], let text = path.text else { return nil }
        do {
            _ = try PathPattern(text)
        } catch {
            problems.error(path, expected: error.expected, hint: error.hint)
            return nil
        }
        return Route.Match(host: host, path: text, methods: methods)
    }

    private func host(_ entry: Entry) -> String? {
        let text = entry.text ?? ""
        let name = text.hasPrefix("*.") ? String(text.dropFirst(2)) : text
        if HostAndPort.isHost(name) || !text.hasPrefix("*."), let parts = HostAndPort(name), parts.port == nil {
            return text.lowercased()
        }
        problems.error(entry, expected: "api.example.com or *.example.com", hint: "without a scheme and a port")
        return nil
    }

    private func methods(_ section: Entry) -> [Method] {
        if section.elements.isEmpty {
            problems.empty(section, expected: "at least one method", hint: "leave methods out for every method")
        }
        var result: [Method] = []
        for entry in section.elements {
            let text = entry.text ?? ""
            guard isToken(text), text == text.uppercased(), text != "CONNECT" else {
                problems.error(
                    entry, expected: "a method in upper case",
                    hint: text.uppercased() == "CONNECT" ? "Segue is no forward proxy" : nil)
                continue
            }
            if result.contains(Method(text)) { problems.error(entry, expected: "a method that is not listed yet") }
            result.append(Method(text))
        }
        return result
    }

    private func check(_ route: Route, _ entry: Entry) {
        if entry["deny"] != nil, route.mode != .deny {
            problems.warn(entry["deny"] ?? entry, expected: "mode \"deny\"", hint: "it has no effect now")
        }
        if let canary = route.canary, !route.mode.identifies || canary.mode == route.mode {
            problems.warn(
                entry["canary"] ?? entry,
                expected: route.mode.identifies ? "another mode than the route's" : "mode \"legacy\", \"dual\" or \"clerk\"",
                hint: "it has no effect now")
        }
        if route.optional, !route.mode.identifies {
            problems.warn(
                entry["optional"] ?? entry, expected: "mode \"legacy\", \"dual\" or \"clerk\"", hint: "it has no effect now")
        }
        if !route.upgradeFrom.isEmpty, route.mode == .public || route.mode == .legacy || route.mode == .deny {
            problems.warn(
                entry["upgradeFrom"] ?? entry, expected: "mode \"dual\" or \"clerk\"",
                hint: "no Clerk session is looked for now, and the token is forwarded as sent")
        }
        if route.answer != nil { checkAnswer(of: route, entry) }
        if route.mode == .public, entry["set"] != nil || entry["require"] != nil {
            problems.warn(
                entry["set"] ?? entry["require"] ?? entry, expected: "a mode that knows the caller",
                hint: "in mode \"public\" the request is forwarded as sent")
        }
    }
}

extension Builder {
    /// Who asks must be known, and nothing goes on to an origin.
    private func checkAnswer(of route: Route, _ entry: Entry) {
        if !route.mode.identifies, route.mode != .deny {
            problems.error(
                entry["mode"] ?? entry, expected: "\"legacy\", \"dual\" or \"clerk\", because of answer",
                hint: "only callers with a privileged role are answered")
        }
        if route.optional {
            problems.error(entry["optional"] ?? entry, expected: "false, because of answer", hint: "somebody unknown has no role")
        }
        for name in ["origin", "set", "require", "mint", "credentials", "upgradeFrom", "timeouts"] {
            guard let member = entry[name] else { continue }
            problems.error(member, expected: "no \(name) beside answer", hint: "Segue answers itself, and no origin is asked")
        }
    }
}

extension PathPattern.Fault {
    fileprivate var expected: String {
        switch self {
        case .notAbsolute: "a path that begins with /"
        case .emptySegment: "segments that are not empty"
        case .dotSegment: "a path without . and .. segments"
        case .starNotLast: "* only at the end"
        case .misplacedWildcard: "* and {name} as whole segments"
        case .parameterName(let name): "a name of letters, digits and _ instead of \"\(name)\""
        case .duplicateParameter(let name): "{\(name)} once"
        case .tooManyParameters(let limit): "at most \(limit) parameters"
        case .forbiddenCharacter(let text): "a path without \"\(text)\""
        case .badEscape(let text): "two hexadecimal digits behind % instead of \"\(text)\""
        case .notCanonical(let text, let canonical): "\"\(canonical)\" instead of \"\(text)\""
        }
    }

    fileprivate var hint: String? {
        switch self {
        case .notCanonical: "paths are matched in their canonical form"
        case .forbiddenCharacter: "a request with it is refused, or it is no part of the path"
        case .emptySegment: "// is merged or refused before routes are matched"
        default: nil
        }
    }
}
