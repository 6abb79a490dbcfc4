/// The head of a request, as the parser understood it. It belongs to one connection and is used again for the next
/// request there, so whoever must keep a part of it copies that part.
package final class RequestHead {
    package var section = FieldSection()
    package var method = Method.get
    /// The request target in origin-form, or the path and query that an absolute-form target carries (RFC 9112 §3.2).
    package var target = 0..<0
    package var path = 0..<0
    /// What stands behind the first `?`, without it; `nil` where there is none.
    package var query: Range<Int>?
    /// The host and port that the request is for: from the absolute-form target, else from Host (RFC 9112 §3.3).
    package var authority = 0..<0
    /// 0 or 1: the minor version of HTTP/1.
    package var minorVersion: UInt8 = 1
    package var framing = MessageFraming.empty
    /// Whether the client keeps the connection for another request (RFC 9112 §9.3).
    package var keepsAlive = true
    package var expectsContinue = false
    /// Whether the client asks to switch protocols: both `Upgrade` and `Connection: upgrade` are there.
    package var wantsUpgrade = false

    package init() {}

    /// A head of one's own, for what goes on when the connection has begun its next request.
    package init(copying other: RequestHead) {
        (section, method, target, path, query) = (other.section, other.method, other.target, other.path, other.query)
        (authority, minorVersion, framing) = (other.authority, other.minorVersion, other.framing)
        (keepsAlive, expectsContinue, wantsUpgrade) = (other.keepsAlive, other.expectsContinue, other.wantsUpgrade)
    }

    /// Forgets what was understood so far: a head that was refused half way has ranges into bytes that it never got.
    package func clear() {
        section.clear()
        method = .get
        (target, path, query, authority) = (0..<0, 0..<0, nil, 0..<0)
        (minorVersion, framing) = (1, .empty)
        (keepsAlive, expectsContinue, wantsUpgrade) = (true, false, false)
    }
}

/// How the content of a message is delimited (RFC 9112 §6.3).
package enum MessageFraming: Hashable, Sendable {
    case empty
    /// Content-Length, in bytes; zero means that the sender said so.
    case length(Int64)
    case chunked
    /// Until the connection closes: responses only.
    case untilClose
}
