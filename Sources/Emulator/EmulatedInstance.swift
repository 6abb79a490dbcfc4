import Crypto
import HTTP
import HTTPServer
import JSON
import Telemetry

/// The instance behind the emulator: its users, sessions and keys, and the table of its endpoints.
struct EmulatedInstance {
    let settings: EmulatorSettings
    var users = UserStore()
    var sessions = SessionStore()
    var keys: SigningKeys
    var ids = ClerkIDs()
    var outage = Outage()
    /// How often each endpoint was asked, ids left out.
    private(set) var requests: [String: Int64] = [:]
    /// Far more than there are: paths that lead nowhere are counted too.
    private static let endpointsMax = 256

    init(settings: EmulatorSettings, key: PrivateKey) {
        self.settings = settings
        keys = SigningKeys(kid: ids.next("ins_"), key: key)
    }

    mutating func handle(_ request: ServerRequest, at now: UnixTime) -> ServerResponse {
        let call = Call(request)
        count("\(request.method.name) \(call.template)")
        do throws(ClerkProblem) {
            if call.segments.first == "__emulator" { return try admin(call, at: now) }
            if let refusal = outage.response(at: now) { return refusal }
            return try answer(call, at: now)
        } catch {
            return error.response(traceID: ids.traceID())
        }
    }

    private mutating func count(_ endpoint: String) {
        guard requests[endpoint] != nil || requests.count < Self.endpointsMax else { return }
        requests[endpoint, default: 0] += 1
    }

    private mutating func answer(_ call: Call, at now: UnixTime) throws(ClerkProblem) -> ServerResponse {
        if call.method == .get, call.segments == [".well-known", "jwks.json"] { return .json(keys.document) }
        guard call.segments.first == "v1" else { throw .noSuchEndpoint }
        try authenticate(call)
        let version = try APIVersion(call.request, call.query)
        try call.requireJSON()
        let rest = Array(call.segments.dropFirst())
        switch rest.first {
        case "jwks" where rest.count == 1 && call.method == .get: return .json(keys.document)
        case "users": return try users(call, Array(rest.dropFirst()), version: version, at: now)
        case "sessions": return try sessions(call, Array(rest.dropFirst()), at: now)
        default: throw .noSuchEndpoint
        }
    }

    /// `Authorization: Bearer sk_…`.
    private func authenticate(_ call: Call) throws(ClerkProblem) {
        guard let field = call.request.field("Authorization") else {
            throw ClerkProblem(.unauthorized, "authentication_invalid", "Unauthenticated")
        }
        let parts = field.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else {
            throw ClerkProblem(.unauthorized, "authorization_header_format_invalid", "Invalid Authorization header format")
        }
        guard Secret(String(parts[1])) == settings.secretKey else {
            throw ClerkProblem(.unauthorized, "clerk_key_invalid", "The provided Clerk Secret Key is invalid.")
        }
    }
}

/// A request, taken apart.
struct Call {
    let request: ServerRequest
    let segments: [String]
    let query: Query

    init(_ request: ServerRequest) {
        self.request = request
        segments = request.path.split(separator: "/").map(String.init)
        query = Query(request.query)
    }

    var method: Method { request.method }

    /// The path with its ids left out.
    var template: String {
        "/"
            + segments.map { segment in segment.isClerkID ? "{id}" : segment }.joined(
                separator: "/")
    }

    func requireJSON() throws(ClerkProblem) {
        guard !request.content.isEmpty else { return }
        let type = request.field("Content-Type")?.prefix { $0 != ";" }.lowercased()
        guard type == "application/json" else {
            throw ClerkProblem(.unsupportedMediaType, "unsupported_content_type", "Content-Type must be application/json.")
        }
    }

    func form() throws(ClerkProblem) -> Form { try Form(request.content) }
}

extension String {
    fileprivate var isClerkID: Bool { ["user_", "sess_", "idn_"].contains { hasPrefix($0) } }
}

extension ClerkProblem {
    static var noSuchEndpoint: ClerkProblem { ClerkProblem(.notFound, "resource_not_found", "not found") }
}

extension ServerResponse {
    static func json(_ write: (inout JSONWriter) -> Void) -> ServerResponse {
        var json = JSONWriter()
        write(&json)
        return .json(json.bytes)
    }
}
