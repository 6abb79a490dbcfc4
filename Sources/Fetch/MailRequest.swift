package import Telemetry

/// An SMTP server (RFC 5321), and how it is spoken to.
package struct MailServer: Sendable {
    /// `smtp://host:port` or `smtps://host:port`.
    package var url: String
    package var user: String?
    package var password: Secret?
    /// Whether an `smtp` connection must become a TLS connection (STARTTLS, RFC 3207) before anything else is said.
    package var requiresTLS: Bool
    /// A PEM file with the authorities that are believed instead of the system's.
    package var authorities: String?
    /// From the call of `send` to the server's last word.
    package var timeoutMilliseconds: Int

    package init(url: String, requiresTLS: Bool, timeoutMilliseconds: Int) {
        (self.url, self.requiresTLS, self.timeoutMilliseconds) = (url, requiresTLS, timeoutMilliseconds)
    }
}

/// One message for one recipient. It is handed over once: whether a message of which nothing is heard any more was taken, nobody
/// knows.
package struct MailRequest: Sendable {
    package let server: MailServer
    package let sender: String
    package let recipient: String
    /// With lines that end in CRLF; libcurl doubles the dots that begin one.
    package let content: [UInt8]

    package init(to server: MailServer, sender: String, recipient: String, content: [UInt8]) {
        (self.server, self.sender, self.recipient, self.content) = (server, sender, recipient, content)
    }
}

/// What the engine carries.
enum Outbound: Sendable {
    case request(FetchRequest)
    case mail(MailRequest)
    /// A connection, with TLS and a login as for mail, and no mail.
    case visit(MailServer)

    /// `nil`: it speaks HTTP.
    var mailServer: MailServer? {
        switch self {
        case .request: nil
        case .mail(let mail): mail.server
        case .visit(let server): server
        }
    }

    var timeoutMilliseconds: Int {
        switch self {
        case .request(let request): request.timeoutMilliseconds
        case .mail(let mail): mail.server.timeoutMilliseconds
        case .visit(let server): server.timeoutMilliseconds
        }
    }

    /// What comes back at most: of a mail server, its lines.
    var responseBytesMax: Int {
        switch self {
        case .request(let request): request.responseBytesMax
        case .mail, .visit: Limits.headerBytes
        }
    }

    /// Not even the engine said in time what became of it.
    var unanswered: FetchError {
        switch self {
        case .request, .visit: .timeout(milliseconds: timeoutMilliseconds)
        case .mail: .mailUnconfirmed("no response within \(timeoutMilliseconds) ms")
        }
    }

    var url: String {
        switch self {
        case .request(let request): request.url
        case .mail(let mail): mail.server.url
        case .visit(let server): server.url
        }
    }

    var content: [UInt8] {
        switch self {
        case .request(let request): request.content
        case .mail(let mail): mail.content
        case .visit: []
        }
    }
}
