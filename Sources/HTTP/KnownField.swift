/// The field names that Segue itself reads or writes. The parser recognises them once, so that nothing behind it
/// compares names again; every other name is `other` and is looked up by its bytes.
package enum KnownField: UInt8, CaseIterable, Sendable {
    case other
    case accept
    case accessControlRequestHeaders
    case accessControlRequestMethod
    case authorization
    case connection
    case contentLength
    case contentType
    case cookie
    case date
    case expect
    case forwarded
    case host
    case keepAlive
    case location
    case maxForwards
    case origin
    case proxyAuthenticate
    case proxyAuthorization
    case proxyConnection
    case retryAfter
    case secFetchSite
    case secWebSocketProtocol
    case server
    case setCookie
    case te
    case traceparent
    case tracestate
    case trailer
    case transferEncoding
    case upgrade
    case vary
    case via
    case wwwAuthenticate
    case xForwardedFor
    case xForwardedHost
    case xForwardedPort
    case xForwardedProto
    case xRequestID

    /// Written out because other modules call the compiler's own through a witness table, some thirty times a request.
    package static func == (a: KnownField, b: KnownField) -> Bool { a.rawValue == b.rawValue }

    /// The name in lower case, as comparisons want it.
    package var name: StaticString {
        switch self {
        case .other: ""
        case .accept: "accept"
        case .accessControlRequestHeaders: "access-control-request-headers"
        case .accessControlRequestMethod: "access-control-request-method"
        case .authorization: "authorization"
        case .connection: "connection"
        case .contentLength: "content-length"
        case .contentType: "content-type"
        case .cookie: "cookie"
        case .date: "date"
        case .expect: "expect"
        case .forwarded: "forwarded"
        case .host: "host"
        case .keepAlive: "keep-alive"
        case .location: "location"
        case .maxForwards: "max-forwards"
        case .origin: "origin"
        case .proxyAuthenticate: "proxy-authenticate"
        case .proxyAuthorization: "proxy-authorization"
        case .proxyConnection: "proxy-connection"
        case .retryAfter: "retry-after"
        case .secFetchSite: "sec-fetch-site"
        case .secWebSocketProtocol: "sec-websocket-protocol"
        case .server: "server"
        case .setCookie: "set-cookie"
        case .te: "te"
        case .traceparent: "traceparent"
        case .tracestate: "tracestate"
        case .trailer: "trailer"
        case .transferEncoding: "transfer-encoding"
        case .upgrade: "upgrade"
        case .vary: "vary"
        case .via: "via"
        case .wwwAuthenticate: "www-authenticate"
        case .xForwardedFor: "x-forwarded-for"
        case .xForwardedHost: "x-forwarded-host"
        case .xForwardedPort: "x-forwarded-port"
        case .xForwardedProto: "x-forwarded-proto"
        case .xRequestID: "x-request-id"
        }
    }
}
