package import SMTP
package import Settings

/// What the mail server's answer means.
extension Finding {
    package static func of(_ probe: SMTPProbe, _ settings: SMTPSettings) -> Finding {
        let url = settings.url
        switch probe {
        case .welcome:
            let tls = settings.isSecure ? ", over TLS" : ""
            let login = settings.user.map { ", logged in as \($0)" } ?? ""
            return Finding(.ok, "mail", "mail", "\(url) takes mail from us\(tls)\(login)")
        case .noLogin:
            return Finding(
                .warning, "mail", "mail_without_login", "\(url) offers no login, and smtp.user is \(settings.user ?? "")",
                remedy: "is it the port for submission (587, or 465 with smtps)? Leave out smtp.user where the server wants none")
        case .noTLS(let reason):
            return Finding(
                .error, "mail", "mail_without_tls", "\(url): found \(reason), expected TLS with a certificate for its name",
                remedy:
                    "does the port speak STARTTLS (587) or TLS from the first byte (465: smtps)? smtp.caFile names an authority of your own"
            )
        case .refused(let reason):
            return Finding(
                .error, "mail", "mail_refused", "\(url): \(reason)",
                remedy: "are smtp.user and smtp.password right, and may this machine send there?")
        case .unreachable(let reason):
            return Finding(
                .unreachable, "mail", "mail_unreachable", "\(url): \(reason)",
                remedy: "does a mail server listen there, and may this machine reach it? Is smtp.url right?")
        }
    }
}
