package import Fetch
package import Invitations
package import Mail
package import Settings

/// Hands mail to the server that the settings name.
package struct SMTPCarrier: MailCarrier {
    private let server: MailServer
    private let client: FetchClient

    package init(_ settings: SMTPSettings, client: FetchClient) { (server, self.client) = (MailServer(settings), client) }

    package func carry(_ message: MailMessage) async throws(MailFailure) {
        let mail = MailRequest(
            to: server, sender: message.sender.text, recipient: message.recipient.text, content: message.content)
        do throws(FetchError) { try await client.send(mail) } catch {
            switch error {
            case .mailRefused(let code): throw .refused(code: code)
            case .mailUnconfirmed: throw .unclear("\(error)")
            default: throw .unavailable("\(error)")
            }
        }
    }
}

extension MailServer {
    init(_ settings: SMTPSettings) {
        self.init(
            url: settings.url, requiresTLS: settings.requiresTLS, timeoutMilliseconds: settings.timeoutSeconds * 1_000)
        (user, password, authorities) = (settings.user, settings.password, settings.authorities)
    }
}
