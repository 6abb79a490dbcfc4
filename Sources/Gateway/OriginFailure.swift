package import HTTP1
package import Sockets

/// Why an origin server gave no answer that may be passed on.
package enum OriginFailure: Error, Sendable {
    /// No server of the origin took a connection: the last one's error, `nil` when it was the deadline.
    case unreachable(SystemError?)
    /// None of its servers' names has an address.
    case unresolved
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
}
