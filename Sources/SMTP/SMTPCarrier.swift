package import Fetch
package import Invitations
package import Mail
package import Settings

/// Hands mail to the server that the settings name.
package struct SMTPCarrier: MailCarrier {
    private let settings: SMTPSettings
    private let client: FetchClient

    package init(_ settings: SMTPSettings, client: FetchClient) { (self.settings, self.client) = (settings, client) }

    package func carry(_ message: MailMessage) async throws(MailFailure) {
        var mail = MailRequest(
            url: settings.url, requiresTLS: settings.requiresTLS, sender: message.sender.text, recipient: message.recipient.text,
            content: message.content, timeoutMilliseconds: settings.timeoutSeconds * 1_000)
        (mail.user, mail.password, mail.authorities) = (settings.user, settings.password, settings.authorities)
        do throws(FetchError) { try await client.send(mail) } catch {
            if case .mailRefused(let code) = error { throw .refused(code: code) }
            throw .unavailable("\(error)")
        }
    }
}
