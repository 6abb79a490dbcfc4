import Emulator
import Fetch
import Files
import HTTP
import JSON
import Settings
import Telemetry

/// Where the event comes from: a file that is sent as it is, or a user or a session, about whom Clerk is asked.
struct WebhookSource {
    private let file: String?
    private let kind: WebhookEvent.Kind?
    private let user: String?
    private let session: String?
    private let clerk: String?
    private let keyVariable: String

    init(_ arguments: inout Arguments) {
        file = arguments.option("file", "FILE", "the event, sent as it is, or - for standard input")
        let kinds = WebhookEvent.Kind.allCases.map(\.rawValue)
        let word = arguments.option("type", "TYPE", "what happened: \(kinds.joined(separator: ", "))")
        user = arguments.option("user", "ID", "to whom: a user of the instance, or of the emulator")
        session = arguments.option("session", "ID", "to which session")
        clerk = arguments.option(
            "clerk", "URL", "the Backend API that knows them; without it CLERK_API_URL, else \(ClerkSettings.publicAPI)")
        keyVariable = arguments.option("clerk-key-env", "NAME", "the variable with its secret key") ?? "CLERK_SECRET_KEY"
        kind = word.flatMap(WebhookEvent.Kind.init)
        let hasParts = word != nil || user != nil || session != nil
        if file != nil, hasParts { arguments.note("--file is the whole event: leave out --type, --user and --session") }
        if file == nil, kind == nil { arguments.note("name an event with --file, or with --type and --user or --session") }
        if let kind { noteSubject(of: kind, &arguments) }
    }

    private func noteSubject(of kind: WebhookEvent.Kind, _ arguments: inout Arguments) {
        let (name, needed, other) = kind.isAboutSession ? ("--session", session, user) : ("--user", user, session)
        guard let needed, other == nil else { return arguments.note("\(kind.rawValue) needs \(name), and nothing else") }
        if !needed.isIdentifier { arguments.note("\(name) must be an id of Clerk's") }
    }

    func content(by client: FetchClient, at now: UnixTime) async throws(WebhookFailure) -> [UInt8] {
        if let file {
            do throws(TokenInputError) { return try TokenInput.bytes(file) } catch {
                throw WebhookFailure(error.reason, .precondition)
            }
        }
        guard let kind else { throw WebhookFailure("there is no event", .usage) }
        let api = try ClerkQuestions(client, url: clerk, keyVariable: keyVariable)
        let instance = try await api.ask("/v1/jwks")["keys"]?.array?.first?["kid"]?.string ?? ""
        var json = JSONWriter()
        json.value(try await data(of: kind, api))
        return WebhookEvent(kind, json.bytes, instance: instance, at: now, userAgent: "segue").content
    }

    private func data(of kind: WebhookEvent.Kind, _ api: ClerkQuestions) async throws(WebhookFailure) -> JSONValue {
        if kind == .userDeleted {
            return JSONValue(
                .object([
                    JSONMember("object", JSONValue(.string("user"))), JSONMember("id", JSONValue(.string(user ?? ""))),
                    JSONMember("deleted", JSONValue(.bool(true))),
                ]))
        }
        guard kind.isAboutSession else { return try await api.ask("/v1/users/\(user ?? "")") }
        let session = try await api.ask("/v1/sessions/\(session ?? "")")
        let owner = session["user_id"]?.string ?? ""
        guard owner.isIdentifier else { throw WebhookFailure("the session has no user", .remote) }
        return JSONValue(.object((session.object ?? []) + [JSONMember("user", try await api.ask("/v1/users/\(owner)"))]))
    }
}

/// Questions to the Backend API, for a command.
private struct ClerkQuestions {
    private let client: FetchClient
    private let base: String
    private let key: Secret

    init(_ client: FetchClient, url: String?, keyVariable: String) throws(WebhookFailure) {
        self.client = client
        let base = url ?? Environment.value(of: "CLERK_API_URL") ?? ClerkSettings.publicAPI
        guard let key = Environment.value(of: keyVariable) else { throw WebhookFailure("\(keyVariable) is not set", .precondition) }
        (self.base, self.key) = (base.hasSuffix("/") ? String(base.dropLast()) : base, Secret(key))
    }

    func ask(_ path: String) async throws(WebhookFailure) -> JSONValue {
        let fields = [
            FetchRequest.Field.bearer(key), .init("Accept", "application/json"), .init("Clerk-API-Version", "2026-05-12"),
        ]
        let request = FetchRequest(.get, base + path, fields: fields, timeoutMilliseconds: 10_000, responseBytesMax: 1 << 20)
        let response: FetchResponse
        do throws(FetchError) { response = try await client.send(request) } catch { throw WebhookFailure("\(error)", .remote) }
        guard response.status == .ok else { throw WebhookFailure("GET \(path): \(response.status.code)", .failed) }
        guard let reply = try? JSONValue(parsing: response.content) else { throw WebhookFailure("GET \(path): not JSON", .remote) }
        return reply
    }
}

extension WebhookEvent.Kind {
    fileprivate var isAboutSession: Bool { rawValue.hasPrefix("session.") }
}

extension String {
    /// Anything else must not become a part of a path.
    fileprivate var isIdentifier: Bool {
        !isEmpty
            && unicodeScalars.allSatisfy {
                $0.isASCII && ($0.properties.isAlphabetic || $0.properties.numericType != nil || $0 == "_")
            }
    }
}
