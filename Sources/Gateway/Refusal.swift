package import Authentication
package import HTTP
package import HTTP1
package import Identity
package import Routing
import Sockets
package import Webhooks

/// Every way in which a request can end before an origin's answer does. What each means to the client, to its
/// connection and to the log is one exhaustive switch per question.
package enum Refusal: Error {
    /// The head cannot be understood in one way only; the connection closes.
    case request(RequestError)
    /// The header section did not arrive in time.
    case headTimeout
    case path(PathRefusal)
    case routing(RoutingRefusal)
    case query(QueryRefusal)
    case requirement(RequirementRefusal)
    /// A Clerk user asks for the confirmation page too often.
    case tooManyAttempts(Int)
    /// No route takes Clerk sessions, so nobody is to be linked: before the first of them is flipped, and in an emergency.
    case linkingClosed
    /// Nobody is invited, or the invitation is good for nothing.
    case invitation(InvitationRefusal)
    /// What came to `clerk.webhooks.path` is not known to be Clerk's.
    case webhook(WebhookFault)
    /// It is Clerk's, and not as Clerk publishes it.
    case unreadWebhook(member: String)
    /// An old session is not exchanged for a ticket.
    case upgrade(UpgradeRefusal)
    /// What the route tells is for callers with a privileged role.
    case notPrivileged
    /// A preflight for a page of a site that is not allowed.
    case crossOrigin
    /// A path of Segue's own that takes one method only.
    case methodNotAllowed(StaticString)
    /// The assertion about the caller could not be signed.
    case unsigned
    /// The route's mode is `deny`.
    case closed(Status)
    case authentication(AuthenticationRefusal)
    case identity(IdentityRefusal)
    case contentTooLarge(limit: Int64)
    case content(ContentError)
    case contentTimeout
    /// An Upgrade request with content: two parsers would disagree about where the new protocol begins.
    case upgradeWithContent
    case origin(OriginFailure)
    /// As many connections are upgraded as `limits.tunnels` allows.
    case tunnelsFull(limit: Int)
    /// The request has been here before (RFC 9110 §7.6.3).
    case loop
    /// The client is gone: nothing is sent, only logged.
    case clientGone

    package var status: Status {
        switch self {
        case .request(let error): error.status
        case .headTimeout, .contentTimeout: .requestTimeout
        case .path, .upgradeWithContent, .content, .webhook, .unreadWebhook: .badRequest
        case .routing(let refusal): refusal == .noRoute ? .notFound : .badRequest
        case .query(let refusal): refusal == .notYours ? .forbidden : .badRequest
        case .requirement(let refusal): refusal.isAmbiguous ? .badRequest : .forbidden
        case .tooManyAttempts: .tooManyRequests
        case .crossOrigin, .linkingClosed, .notPrivileged: .forbidden
        case .upgrade(let refusal): refusal.status
        case .invitation(let refusal): refusal.status
        case .methodNotAllowed: .methodNotAllowed
        case .unsigned: .internalServerError
        case .closed(let status): status
        case .authentication(let refusal): refusal.status
        case .identity(let refusal): refusal.status
        case .contentTooLarge: .contentTooLarge
        case .origin(let failure): failure.status
        case .tunnelsFull: .serviceUnavailable
        case .loop: .loopDetected
        case .clientGone: Status(499)
        }
    }

    /// Stable words for programs: clients, metrics and logs.
    package var code: StaticString {
        switch self {
        case .request(.targetCharacter): "path_ambiguous"
        case .request(let error): error.status == .badRequest ? "request_malformed" : "request_unsupported"
        case .headTimeout, .contentTimeout: "request_timeout"
        case .path: "path_ambiguous"
        case .routing(let refusal): refusal == .noRoute ? "no_route" : "path_ambiguous"
        case .query(let refusal): refusal == .notYours ? "not_yours" : "query_ambiguous"
        case .requirement(let refusal): refusal.isAmbiguous ? "content_ambiguous" : "not_yours"
        case .tooManyAttempts: "too_many_attempts"
        case .linkingClosed: "linking_closed"
        case .invitation(let refusal): refusal.code
        case .webhook: "webhook_unverified"
        case .unreadWebhook: "webhook_unread"
        case .upgrade(let refusal): refusal.code
        case .notPrivileged: "not_privileged"
        case .crossOrigin: "cross_origin"
        case .methodNotAllowed: "method_not_allowed"
        case .unsigned: "assertion_unsigned"
        case .closed: "route_closed"
        case .authentication(let refusal): refusal.code
        case .identity(let refusal): refusal.code
        case .contentTooLarge: "content_too_large"
        case .content: "content_malformed"
        case .upgradeWithContent: "upgrade_with_content"
        case .origin(let failure): failure.code
        case .tunnelsFull: "tunnels_full"
        case .loop: "loop_detected"
        case .clientGone: "client_gone"
        }
    }

    /// What the client can do about it, for a person; never which check failed.
    package var text: StaticString {
        switch self {
        case .request: "The request is malformed"
        case .headTimeout, .contentTimeout: "The request did not arrive in time"
        case .path: "The path can be read in more than one way"
        case .routing(let refusal): refusal == .noRoute ? "Not found" : "The path can be read in more than one way"
        case .query(let refusal): refusal == .notYours ? "This is not yours" : "The query can be read in more than one way"
        case .requirement(let refusal): refusal.isAmbiguous ? "The content can be read in more than one way" : "This is not yours"
        case .tooManyAttempts: "This was tried too often"
        case .invitation(let refusal): refusal.text
        case .linkingClosed: "Accounts are not linked at present"
        case .webhook: "The event is not signed as it should be"
        case .unreadWebhook: "The event cannot be read"
        case .upgrade(let refusal): refusal.text
        case .notPrivileged: "This is for administrators"
        case .crossOrigin: "Pages of this site may not read this"
        case .methodNotAllowed: "This method is not allowed here"
        case .unsigned: "The request could not be signed"
        case .closed: "This route is closed"
        case .authentication(let refusal): refusal.text
        case .identity(let refusal): refusal.text
        case .contentTooLarge: "The content is too large"
        case .content: "The content is malformed"
        case .upgradeWithContent: "An upgrade request cannot have content"
        case .origin(let failure): failure.text
        case .tunnelsFull: "Too many connections are upgraded; try again"
        case .loop: "The request has passed here before"
        case .clientGone: ""
        }
    }

    /// RFC 6750 §3: a challenge says what is wrong with a token that was sent, and nothing where none was.
    package var challenge: StaticString? {
        switch self {
        case .authentication(.credentialsMissing), .invitation(.notSignedIn): #"Bearer realm="segue""#
        case .authentication(.tokenExpired), .identity(.tokenExpired):
            #"Bearer realm="segue", error="invalid_token", error_description="The token expired""#
        case .authentication(.severalAuthorizations): #"Bearer realm="segue", error="invalid_request""#
        default: status == .unauthorized ? #"Bearer realm="segue", error="invalid_token""# : nil
        }
    }

    /// Seconds after which another try may succeed; only where trouble is on our side.
    package var retryAfterSeconds: Int? {
        switch self {
        case .authentication(.unavailable(let seconds, _)), .identity(.unavailable(let seconds)): seconds
        case .tooManyAttempts(let seconds): seconds
        case .origin(.busy), .origin(.exhausted): 1
        default: status == .serviceUnavailable ? 5 : nil
        }
    }

    /// The methods that the resource takes (RFC 9110 §10.2.1).
    package var allow: StaticString? { if case .methodNotAllowed(let methods) = self { methods } else { nil } }

    /// Whether the client's connection must end: where the next request on it begins can no longer be told.
    package var endsConnection: Bool {
        switch self {
        case .request, .headTimeout, .contentTimeout, .contentTooLarge, .content, .upgradeWithContent, .clientGone:
            true
        case .path, .routing, .query, .requirement, .tooManyAttempts, .linkingClosed, .invitation, .webhook, .unreadWebhook,
            .upgrade,
            .notPrivileged,
            .crossOrigin, .methodNotAllowed, .unsigned, .closed, .authentication, .identity, .origin, .tunnelsFull, .loop:
            false
        }
    }

    /// The precise reason, for the log: names of checks and limits, never a value that a client sent.
    package var reason: String? {
        switch self {
        case .request(let error): String(describing: error)
        case .path(let refusal): refusal.rawValue
        case .content(let error): String(describing: error)
        case .tunnelsFull(let limit): "limit \(limit) in this worker"
        case .contentTooLarge(let limit): "limit \(limit) bytes"
        case .origin(let failure): failure.reason
        case .authentication(let refusal): refusal.fault.map { String(describing: $0) }
        case .query(let refusal): String(describing: refusal)
        case .routing(let refusal): String(describing: refusal)
        case .requirement(let refusal): String(describing: refusal)
        case .webhook(let fault): String(describing: fault)
        case .unreadWebhook(let member): "no good " + member
        case .tooManyAttempts, .linkingClosed, .invitation, .upgrade, .notPrivileged, .crossOrigin, .methodNotAllowed, .unsigned,
            .identity,
            .headTimeout,
            .contentTimeout,
            .closed, .upgradeWithContent, .loop, .clientGone:
            nil
        }
    }
}

extension Refusal {
    init(_ failure: ForwardFailure) {
        self =
            switch failure {
            case .origin(let failure): .origin(failure)
            case .clientGone: .clientGone
            case .clientSlow: .contentTimeout
            case .contentTooLarge(let limit): .contentTooLarge(limit: limit)
            case .malformed(let error): .content(error)
            }
    }

    /// A response that broke before any of it was written; `nil` where the client is the one that is gone.
    init?(_ failure: ContentRelay.Failure) {
        switch failure {
        case .malformed(let error): self = .origin(.brokenContent(error))
        case .senderLost(.timedOut): self = .origin(.silent)
        case .senderLost: self = .origin(.closedEarly)
        case .tooLarge, .receiverLost: return nil
        }
    }
}
