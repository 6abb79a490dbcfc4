extension Builder {
    func origins(_ section: Entry?) -> [Origin] {
        (section?.members ?? []).map { member in
            let (name, entry) = (member.name, member.entry)
            if !isLabel(name) { problems.error(entry, found: "the name \"\(name)\"", expected: labelWords) }
            var origin = Origin(name: name, servers: servers(entry["servers"]))
            origin.timeouts = timeouts(entry["timeouts"])
            origin.connections = entry.int("connections") ?? origin.connections
            origin.waiting = entry.int("waiting") ?? origin.waiting
            origin.headerBytes = entry.int("headerBytes") ?? origin.headerBytes
            origin.headerCount = entry.int("headerCount") ?? origin.headerCount
            origin.caseInsensitivePaths = entry.bool("caseInsensitivePaths") ?? origin.caseInsensitivePaths
            return origin
        }
    }

    private func servers(_ section: Entry?) -> [Origin.Server] {
        guard let section else { return [] }
        if section.elements.isEmpty { problems.empty(section, expected: "at least one server") }
        var result: [Origin.Server] = []
        for entry in section.elements {
            guard let server = server(entry) else { continue }
            if result.contains(server) { problems.error(entry, expected: "a server that is not listed yet") }
            result.append(server)
        }
        return result
    }

    private func server(_ entry: Entry) -> Origin.Server? {
        guard let url = WebURL(entry.text ?? "") else {
            problems.error(entry, expected: "http://HOST:PORT")
            return nil
        }
        if url.isSecure {
            problems.error(
                entry, expected: "http://HOST:PORT",
                hint: "TLS to origins is not supported yet: put a local proxy that speaks it between, and name its address")
            return nil
        }
        if !url.path.isEmpty {
            problems.error(
                entry, expected: "http://HOST:PORT without a path", hint: "the path of a request is forwarded as it was matched")
            return nil
        }
        if url.port == 0 { problems.error(entry, expected: "a port from 1 to 65535") }
        return Origin.Server(host: url.host, port: url.port ?? 80)
    }
}
