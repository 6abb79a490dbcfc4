import Crypto
import HTTP
package import HTTPServer
import Telemetry

/// The instance behind the emulator: its users, sessions, invitations and keys, and how a request to it goes.
struct EmulatedInstance {
    let settings: EmulatorSettings
    /// `ins_…`, which is the first key's id as well.
    let id: String
    var users = UserStore()
    var sessions = RecordStore<EmulatedSession>(countMax: Self.recordsMax)
    var invitations = RecordStore<EmulatedInvitation>(countMax: Self.recordsMax)
    var signInTokens = RecordStore<EmulatedSignInToken>(countMax: Self.recordsMax)
    var keys: SigningKeys
    var ids = ClerkIDs()
    var limits: RateLimits
    var outage = Outage()
    var faults = Faults()
    var webhooks: WebhookQueue
    /// How often each endpoint was asked.
    private(set) var requests: [String: Int64] = [:]
    /// Of each kind: a test of a migration makes tens of thousands.
    private static let recordsMax = 100_000

    init(settings: EmulatorSettings, key: PrivateKey) {
        self.settings = settings
        id = ids.next("ins_")
        keys = SigningKeys(kid: id, key: key)
        limits = RateLimits(settings.limits)
        webhooks = WebhookQueue(to: settings.webhook)
    }

    mutating func reply(to request: ServerRequest, at now: UnixTime) -> EmulatedReply {
        var call = Call(request, at: now)
        guard let (endpoint, values) = Endpoint.find(call) else {
            requests["nowhere", default: 0] += 1
            return EmulatedReply(response(ClerkProblem.noSuchEndpoint))
        }
        call.values = values
        requests[endpoint.name, default: 0] += 1
        guard endpoint.access != .test else { return EmulatedReply(answer(endpoint, call)) }
        if let refusal = outage.response(at: now) { return EmulatedReply(refusal) }
        switch faults.next(for: endpoint.name) {
        case nil: return EmulatedReply(answer(endpoint, call))
        case .slow(let milliseconds): return EmulatedReply(answer(endpoint, call), delayMilliseconds: milliseconds)
        case .lost: return EmulatedReply(answer(endpoint, call), isLost: true)
        case .refused(let problem, let isDone):
            if isDone { _ = answer(endpoint, call) }
            return EmulatedReply(response(problem))
        }
    }

    private mutating func answer(_ endpoint: Endpoint, _ call: Call) -> ServerResponse {
        var call = call
        do throws(ClerkProblem) {
            switch endpoint.access {
            case .everybody: break
            case .test: try call.requireCommand()
            case .secretKey:
                try authenticate(call)
                try limits.count(endpoint, call)
                call.version = try APIVersion(call.request, call.query)
                try call.requireJSON()
            }
            return try endpoint.answer(&self, call)
        } catch { return response(error) }
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

    private mutating func response(_ problem: ClerkProblem) -> ServerResponse { problem.response(traceID: ids.traceID()) }
}

/// An answer, and what becomes of it on its way.
package struct EmulatedReply: Sendable {
    package var response: ServerResponse
    package var delayMilliseconds = 0
    /// What was asked for is done, and the client never hears of it.
    package var isLost = false

    init(_ response: ServerResponse, delayMilliseconds: Int = 0, isLost: Bool = false) {
        (self.response, self.delayMilliseconds, self.isLost) = (response, delayMilliseconds, isLost)
    }
}

extension ClerkProblem {
    static var noSuchEndpoint: ClerkProblem { ClerkProblem(.notFound, "resource_not_found", "not found") }
}
