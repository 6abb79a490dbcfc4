internal import Authentication
internal import Fetch
internal import Files
internal import Gateway
internal import JSON
internal import Settings
internal import Sockets
internal import Telemetry

/// `segue explain`: what would become of one request, or what is known of one person. Nothing is changed, and no secret is
/// printed.
enum ExplainCommand {
    static func run(_ arguments: inout Arguments) async -> ExitCode {
        let user = arguments.option("user", "WHO", "explain a person instead: an id, an e-mail address or user_…")
        let request = user == nil ? ExplainedRequest(&arguments) : nil
        let json = arguments.flag("json", "print JSON")
        let file = SettingsFile.word(&arguments)
        arguments.example("segue explain GET '/api/posts?page=2' --token - < token.txt")
        arguments.example("segue explain POST /api/posts --header 'Cookie: session_token=…' --header 'Host: api.example.com'")
        arguments.example("segue explain PUT /api/me --data @me.json --header 'Content-Type: application/json'")
        arguments.example("segue explain --user ada@example.com")
        if let end = arguments.finish() { return end }
        do {
            let settings = try SettingsFile.load(file).settings
            if let user { return try await ExplainUser.run(user, settings, json: json) }
            guard let request else { return .usage }
            return try await explain(request, settings, json: json)
        } catch let failure as SettingsFailure {
            SettingsFile.report(failure)
            return .failed
        } catch let failure as TokenInputError {
            return Terminal.fail(failure.reason)
        } catch {
            return Terminal.fail("\(error)")
        }
    }

    private static func explain(_ request: ExplainedRequest, _ settings: Settings, json: Bool) async throws -> ExitCode {
        let message = try request.message()
        let peer = request.peer
        let (explanation, effective, outage) = try await withClient { client in
            try await onLoop { () async -> Result<(Explanation, EffectiveSettings, String?), any Error> in
                do {
                    let world = try await PreviewWorld(settings, client)
                    defer { world.close() }
                    let now = UnixTime(milliseconds: Clock.wallMilliseconds())
                    let effective = await world.inForce(settings, at: now)
                    let explainer = Explainer(
                        effective.settings, services: world.services, peer: peer, at: now, intention: { world.takeIntention() })
                    return .success((await explainer.explain(message), effective, world.outage))
                } catch {
                    return .failure(error)
                }
            }.get()
        }
        if let outage { Terminal.talk("warning: the directory answers nothing: \(outage)") }
        if let outage = effective.outage { Terminal.talk("warning: whether a route was flipped live is not known: \(outage)") }
        let report = ExplainReport(explanation, effective, showing: request.mode)
        return Terminal.say(json ? report.json : report.text)
    }

    static func withClient<Answer>(_ body: (FetchClient) async throws -> Answer) async throws -> Answer {
        let engine = FetchEngine()
        engine.start()
        defer { engine.stop() }
        return try await body(FetchClient(engine: engine))
    }
}

/// The request that is asked about, as the command line spells it.
struct ExplainedRequest {
    private let method: String
    private let target: String
    private let fields: [String]
    private let token: String?
    private let data: String?
    let peer: Address?
    /// Whose request to the origin is shown; `nil`: that of the mode in force.
    let mode: Mode?

    init(_ arguments: inout Arguments) {
        fields = arguments.options("header", "'NAME: VALUE'", "a field of the request; may be repeated")
        token = arguments.option("token", "TOKEN", "sent as Authorization: Bearer; - for standard input")
        data = arguments.option("data", "TEXT", "the content, or @FILE; a form where no Content-Type is given")
        let from = arguments.option("from", "ADDRESS", "the client's address; 127.0.0.1 by default") ?? "127.0.0.1"
        peer = Address.parse(from).map { Address(bytes: $0, port: 0) }
        if peer == nil { arguments.note("--from must be an IP address, not \(from)") }
        let word = arguments.option("mode", "MODE", "show what the origin would get in this mode of the route")
        mode = word.flatMap(Mode.init(rawValue:))
        if let word, mode == nil {
            arguments.note("--mode must be \(Mode.allCases.map(\.rawValue).joined(separator: ", ")), not \(word)")
        }
        method = arguments.word("METHOD", "GET, POST, …")
        target = arguments.word("PATH", "the path, with its query")
        if fields.contains(where: { !$0.contains(":") }) { arguments.note("--header must be 'NAME: VALUE'") }
        // A line break would begin another field, and another request.
        if ([method, target] + fields).contains(where: { $0.utf8.contains { $0 < 0x20 && $0 != 0x09 } }) {
            arguments.note("a request holds no line breaks")
        }
    }

    func message() throws -> [UInt8] {
        var lines = ["\(method) \(target) HTTP/1.1"] + fields
        if !has("host") { lines.append("Host: localhost") }
        if let token { lines.append("Authorization: Bearer \(try TokenInput.token(token))") }
        let content = try content()
        if let content {
            // As curl sends it.
            if !has("content-type") { lines.append("Content-Type: application/x-www-form-urlencoded") }
            if !has("content-length") { lines.append("Content-Length: \(content.count)") }
        }
        return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + (content ?? [])
    }

    private func has(_ field: String) -> Bool { fields.contains { $0.lowercased().hasPrefix(field + ":") } }

    private func content() throws(FileError) -> [UInt8]? {
        guard let data else { return nil }
        guard data.hasPrefix("@") else { return Array(data.utf8) }
        return try Files.read(String(data.dropFirst()), bytesMax: 1 << 20)
    }
}
