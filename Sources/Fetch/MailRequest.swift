package import Telemetry

/// One message for one recipient, for an SMTP server (RFC 5321). It is handed over once: whether a message of which nothing is
/// heard any more was taken, nobody knows.
package struct MailRequest: Sendable {
    /// `smtp://host:port` or `smtps://host:port`.
    package var url: String
    package var user: String?
    package var password: Secret?
    /// Whether an `smtp` connection must become a TLS connection (STARTTLS, RFC 3207) before anything else is said.
    package var requiresTLS: Bool
    /// A PEM file with the authorities that are believed instead of the system's.
    package var authorities: String?
    package var sender: String
    package var recipient: String
    /// With lines that end in CRLF; libcurl doubles the dots that begin one.
    package var content: [UInt8]
    /// From the call of `send` to the server's word that it has the message.
    package var timeoutMilliseconds: Int

    package init(
        url: String, requiresTLS: Bool, sender: String, recipient: String, content: [UInt8], timeoutMilliseconds: Int
    ) {
        (self.url, self.requiresTLS, self.sender, self.recipient) = (url, requiresTLS, sender, recipient)
        (self.content, self.timeoutMilliseconds) = (content, timeoutMilliseconds)
    }
}

/// What the engine carries.
enum Outbound: Sendable {
    case request(FetchRequest)
    case mail(MailRequest)

    var timeoutMilliseconds: Int {
        switch self {
        case .request(let request): request.timeoutMilliseconds
        case .mail(let mail): mail.timeoutMilliseconds
        }
    }

    /// What comes back at most: of mail, the lines of the server's that nobody reads.
    var responseBytesMax: Int {
        switch self {
        case .request(let request): request.responseBytesMax
        case .mail: Limits.headerBytes
        }
    }

    var url: String {
        switch self {
        case .request(let request): request.url
        case .mail(let mail): mail.url
        }
    }

    var content: [UInt8] {
        switch self {
        case .request(let request): request.content
        case .mail(let mail): mail.content
        }
    }
}
