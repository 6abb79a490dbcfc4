internal import Fetch
internal import HTTP
internal import JSON
internal import Settings
internal import Sockets
internal import Telemetry

/// What the gateway on this machine says about its routes (`/admin/routes`): the modes in force, and what each mode would have
/// decided in `observe` or has decided in a canary.
struct RunningRoutes: Sendable {
    let document: JSONValue

    /// `nil` where no gateway answers, or none can be asked.
    static func ask(_ settings: Settings) async -> RunningRoutes? {
        guard let response = await answer(to: "/admin/routes", settings),
            let document = try? JSONValue(parsing: response.content), document.array != nil
        else { return nil }
        return RunningRoutes(document: document)
    }

    /// What the admin listener of the gateway on this machine answers; `nil`: nothing good.
    static func answer(to path: String, _ settings: Settings) async -> FetchResponse? {
        guard let admin = settings.admin, let token = admin.token, let url = adminURL(of: admin) else { return nil }
        let engine = FetchEngine()
        engine.start()
        defer { engine.stop() }
        let request = FetchRequest(
            .get, url + path, fields: [.bearer(token)], timeoutMilliseconds: 3_000, responseBytesMax: 1 << 20)
        guard let response = try? await FetchClient(engine: engine).send(request), response.status == .ok else { return nil }
        return response
    }

    /// A listener on every address is asked on this machine's own.
    static func adminURL(of admin: AdminSettings) -> String? {
        guard let address = Address(admin.address) else { return nil }
        let isAny = address.bytes.allSatisfy { $0 == 0 } || address.host == "0.0.0.0"
        return "http://\(isAny ? "127.0.0.1:\(address.port)" : address.description)"
    }

    /// One line for each route, and one for each mode that was counted there.
    var lines: [String] {
        (document.array ?? []).flatMap { route -> [String] in
            let (mode, file) = (route["mode"]?.string ?? "", route["file"]?.string ?? "")
            var head = "\(route["name"]?.string ?? ""): \(mode)"
            if mode != file { head += " (live; file: \(file))" }
            if let canary = route["canary"] { head += " (\(canary["percent"]?.int64 ?? 0) % \(canary["mode"]?.string ?? ""))" }
            var counts: [(mode: String, words: [String])] = []
            for count in route["verdicts"]?.array ?? [] {
                let mode = count["mode"]?.string ?? ""
                if counts.last?.mode != mode { counts.append((mode, [])) }
                counts[counts.count - 1].words.append("\(count["outcome"]?.string ?? "") \(count["count"]?.int64 ?? 0)")
            }
            return [head] + counts.map { "  \($0.mode): \($0.words.joined(separator: ", "))" }
        }
    }
}
