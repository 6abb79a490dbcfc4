package import Mail
package import Telemetry

/// `smtp` in `routes.json`: the server that takes Segue's mail.
package struct SMTPSettings: Sendable, Equatable {
    /// `smtp://host:port` or `smtps://host:port`.
    package var url: String
    package var user: String?
    package var password: Secret?
    package var from: Mailbox
    package var replyTo: Mailbox?
    /// Whether a connection that begins in clear must become a TLS connection before anything else is said.
    package var requiresTLS: Bool
    /// A PEM file with the authorities that are believed instead of the system's.
    package var authorities: String?
    package var timeoutSeconds = 10
    /// What `segue invite` sends in a minute.
    package var perMinute = 60

    package init(url: String, from: Mailbox, requiresTLS: Bool) {
        (self.url, self.from, self.requiresTLS) = (url, from, requiresTLS)
    }

    /// Whether nobody in between reads along.
    package var isSecure: Bool { requiresTLS || url.hasPrefix("smtps:") }
}

/// `invitations` in `routes.json`: how people are asked to take their old account along.
package struct InvitationSettings: Sendable, Equatable {
    /// Where somebody who is signed in the old way asks for an invitation; `nil`: only `segue invite` sends them.
    package var path: String?
    /// The page that an invitation leads to.
    package var page: String
    /// Where people reach `page`: scheme and host.
    package var url: String
    /// What mail calls the application.
    package var site: String
    package var hours = 24
    package var welcomeHours = 72
    package var ticketSeconds = 600
    /// The application's pages on which people sign in and up with Clerk.
    package var signIn: String?
    package var signUp: String?
    package var perUserPerHour = 3
    package var perClientPerHour = 20
    /// A folder with letters of the operator's own.
    package var templates: String?
    /// How refusals to ask are written.
    package var errors = Route.ErrorProfile.error

    package init(page: String, url: String, site: String) { (self.page, self.url, self.site) = (page, url, site) }

    /// Whether people reach the page over TLS.
    package var isSecure: Bool { url.hasPrefix("https://") }
}
