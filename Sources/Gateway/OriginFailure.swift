import HTTP
package import HTTP1
package import Sockets

/// Why an origin server gave no answer that may be passed on.
package enum OriginFailure: Error, Sendable {
    /// No server of the origin took a connection: the last one's error, `nil` when it was the deadline.
    case unreachable(SystemError?)
    /// None of its servers' names has an address.
    case unresolved
    /// This process could not open another connection, to whichever server.
    case exhausted(SystemError)
    /// Every connection that the limits allow is busy, and none came free in time.
    case busy
    /// The connection ended or broke before a response head was complete.
    case closedEarly
    /// No response head within `timeouts.responseSeconds`.
    case silent
    /// The origin took no more of the request content for `bodyIdleSeconds`.
    case stalled
    /// What came is not a response that only one reading fits.
    case garbage(ResponseError)
    /// The framing of the response's content is wrong.
    case brokenContent(ContentError)
    /// A 101 that nobody asked for, or interim responses without end.
    case unasked
    /// A 101 to another protocol than the one that was asked for, or without saying that this connection switches.
    case switchedOtherwise
}

extension OriginFailure {
    var status: Status {
        switch self {
        case .silent, .stalled: .gatewayTimeout
        case .unreachable(nil): .gatewayTimeout
        case .busy, .exhausted: .serviceUnavailable
        case .unreachable, .unresolved, .closedEarly, .garbage, .brokenContent, .unasked, .switchedOtherwise: .badGateway
        }
    }

    var code: StaticString {
        switch self {
        case .silent, .stalled: "origin_timeout"
        case .unreachable, .unresolved: "origin_unreachable"
        case .busy: "origin_busy"
        case .exhausted: "overloaded"
        case .closedEarly: "origin_closed"
        case .garbage, .brokenContent, .unasked, .switchedOtherwise: "origin_malformed"
        }
    }

    var text: StaticString {
        switch self {
        case .silent, .stalled: "The server behind did not answer in time"
        case .busy: "The server behind is busy; try again"
        case .exhausted: "Too many connections; try again"
        case .unreachable, .unresolved, .closedEarly, .garbage, .brokenContent, .unasked, .switchedOtherwise:
            "The server behind cannot be reached"
        }
    }

    var reason: String {
        switch self {
        case .unreachable(let error): error?.description ?? "connect timed out"
        case .unresolved: "no address is known for the names of its servers"
        case .busy: "no connection came free"
        case .exhausted(let error): error.description
        case .closedEarly: "the connection ended before a response head"
        case .silent: "no response head in time"
        case .stalled: "the origin took no more content"
        case .garbage(let error): String(describing: error)
        case .brokenContent(let error): String(describing: error)
        case .unasked: "an interim response that nobody asked for"
        case .switchedOtherwise: "a 101 without Connection: upgrade and Upgrade: websocket"
        }
    }
}
