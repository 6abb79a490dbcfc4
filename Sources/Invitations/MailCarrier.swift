package import Mail

/// Why a message was not taken.
package enum MailFailure: Error, Sendable, Hashable {
    /// The server's code: 4xx for now, 5xx for good.
    case refused(code: Int)
    /// Words without an address.
    case unavailable(String)
    /// The server got it and did not say that it took it: perhaps it arrives. Words without an address.
    case unclear(String)
}

/// The mail server. `SMTP` answers; tests fake it.
package protocol MailCarrier: Sendable {
    func carry(_ message: MailMessage) async throws(MailFailure)
}

extension MailFailure: CustomStringConvertible {
    package var description: String {
        switch self {
        case .refused(let code): "the mail server answered \(code)"
        case .unavailable(let reason), .unclear(let reason): reason
        }
    }
}
