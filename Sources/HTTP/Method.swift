/// A request method (RFC 9110 §9). Methods are case-sensitive; one that RFC 9110 or RFC 5789 does not name is an
/// extension and keeps its own spelling.
package enum Method: Hashable, Sendable {
    case get, head, post, put, delete, connect, options, trace, patch
    case `extension`(String)

    package init(_ name: String) {
        self =
            switch name {
            case "GET": .get
            case "HEAD": .head
            case "POST": .post
            case "PUT": .put
            case "DELETE": .delete
            case "CONNECT": .connect
            case "OPTIONS": .options
            case "TRACE": .trace
            case "PATCH": .patch
            default: .extension(name)
            }
    }

    package var name: String {
        switch self {
        case .get: "GET"
        case .head: "HEAD"
        case .post: "POST"
        case .put: "PUT"
        case .delete: "DELETE"
        case .connect: "CONNECT"
        case .options: "OPTIONS"
        case .trace: "TRACE"
        case .patch: "PATCH"
        case .extension(let name): name
        }
    }

    /// Whether a request with this method asks for nothing to be changed (RFC 9110 §9.2.1), so that it may be sent
    /// again on a fresh connection when a kept-alive one turns out to be closed.
    package var isSafe: Bool {
        switch self {
        case .get, .head, .options, .trace: true
        case .post, .put, .delete, .connect, .patch, .extension: false
        }
    }
}
