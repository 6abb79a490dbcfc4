import CCurl

/// Why there is no response. Messages are libcurl's own: they name hosts and ports, never a query or a field.
package enum FetchError: Error, Hashable, Sendable {
    /// Not an `http` or `https` URL, or one with a user in it.
    case invalidURL(String)
    /// A field name or value that would end its line: RFC 9110 §5.5.
    case invalidField(name: String)
    case resolve(String)
    case connect(String)
    case tls(String)
    case timeout(milliseconds: Int)
    case tooLarge(bytesMax: Int)
    /// The connection broke, or what came was not HTTP.
    case broken(String)
    /// An SMTP server has taken no message: 4xx for now, 5xx for good (RFC 5321 §4.2.1).
    case mailRefused(code: Int)
    /// An SMTP server takes nobody's mail from us: it refuses the connection, the login or the sender. libcurl's words.
    case mailServerRefused(String)
    /// An SMTP server got a whole message and did not say what becomes of it: perhaps it took it (RFC 1047).
    case mailUnconfirmed(String)
    /// So many requests wait already.
    case overloaded(waitingMax: Int)
    /// The client was stopped.
    case stopped
}

extension FetchError {
    /// The last word of a mail server that was still talking to us. After the sender was taken it is about this message, unless it
    /// is 421, which ends the service (RFC 5321 §3.8). libcurl tells MAIL from RCPT by its words only.
    init(_ result: CURLcode, mailAnsweredBy code: Int, message: String) {
        let stages = ["MAIL failed", "Got unexpected", "STARTTLS denied"]
        let codes = [CURLE_LOGIN_DENIED, CURLE_REMOTE_ACCESS_DENIED, CURLE_USE_SSL_FAILED]
        let isAboutUs = code == 421 || codes.contains(result) || stages.contains { message.hasPrefix($0) }
        self = isAboutUs ? .mailServerRefused("\(message), it answered \(code)") : .mailRefused(code: code)
    }

    init(_ code: CURLcode, message: String, for outbound: Outbound) {
        self =
            switch code {
            // It offers no way to log in that libcurl knows, which tried none.
            case CURLE_LOGIN_DENIED where outbound.mailServer != nil:
                .mailServerRefused("\(message): it offers no way to log in that we know")
            case CURLE_URL_MALFORMAT, CURLE_LOGIN_DENIED: .invalidURL(message)
            case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .resolve(message)
            case CURLE_COULDNT_CONNECT: .connect(message)
            case CURLE_OPERATION_TIMEDOUT: .timeout(milliseconds: outbound.timeoutMilliseconds)
            case CURLE_FILESIZE_EXCEEDED: .tooLarge(bytesMax: outbound.responseBytesMax)
            case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
                CURLE_SSL_ISSUER_ERROR, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_PINNEDPUBKEYNOTMATCH,
                CURLE_SSL_ENGINE_INITFAILED, CURLE_SSL_SHUTDOWN_FAILED, CURLE_SSL_CRL_BADFILE, CURLE_USE_SSL_FAILED:
                .tls(message)
            default: .broken(message)
            }
    }
}

extension FetchError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .invalidURL(let message): "the URL cannot be used: \(message)"
        case .invalidField(let name): "the field \(name) cannot be sent"
        case .resolve(let message), .connect(let message), .broken(let message): message
        case .tls(let message): "TLS: \(message)"
        case .timeout(let milliseconds): "no response within \(milliseconds) ms"
        case .tooLarge(let bytesMax): "the response is larger than \(bytesMax) bytes"
        case .mailRefused(let code): "the mail server answered \(code)"
        case .mailServerRefused(let message): "the mail server refuses us: \(message)"
        case .mailUnconfirmed(let message): "the mail server got the whole letter and did not say whether it took it: \(message)"
        case .overloaded(let waitingMax): "\(waitingMax) requests are waiting already"
        case .stopped: "stopped"
        }
    }
}
