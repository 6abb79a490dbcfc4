package import Fetch
package import Settings

/// What the mail server says to somebody who comes with the settings and brings no mail.
package enum SMTPProbe: Sendable, Hashable {
    case welcome
    /// It takes mail, and nobody asked for the login that the settings have: it offers none, or none that libcurl knows.
    case noLogin
    case noTLS(String)
    /// The login, or us altogether.
    case refused(String)
    case unreachable(String)

    package static func ask(_ settings: SMTPSettings, _ client: FetchClient) async -> SMTPProbe {
        do throws(FetchError) {
            let lines = try await client.visit(MailServer(settings))
            // RFC 4954 §6: 235, and nothing else, says that a login has succeeded.
            return settings.user == nil || lines.contains { $0.hasPrefix("235") } ? .welcome : .noLogin
        } catch {
            return switch error {
            case .tls(let reason): .noTLS(reason)
            case .mailServerRefused(let reason): .refused(reason)
            // It has nothing against us, only against a command that does nothing.
            case .mailRefused(500...504): .welcome
            case .mailRefused: .refused("\(error)")
            default: .unreachable("\(error)")
            }
        }
    }
}
