import Mail
import Telemetry

extension Builder {
    func smtp(_ entry: Entry) -> SMTPSettings? {
        guard let (url, isSecure, isLoopback) = mailServer(entry), let from = mailbox(entry, "from") else { return nil }
        var smtp = SMTPSettings(url: url, from: from, requiresTLS: entry.bool("startTls") ?? !isLoopback)
        smtp.replyTo = mailbox(entry, "replyTo")
        smtp.user = entry.string("user")
        let password = entry.string("password") ?? variable("SMTP_PASSWORD", isSecret: true, for: "smtp.password", in: entry)
        smtp.password = password.map { Secret($0) }
        smtp.authorities = entry.string("caFile")
        smtp.timeoutSeconds = entry.int("timeoutSeconds") ?? smtp.timeoutSeconds
        smtp.perMinute = entry.int("perMinute") ?? smtp.perMinute
        if (smtp.user == nil) != (smtp.password == nil) {
            problems.error(
                entry["user"] ?? entry, found: smtp.user == nil ? "a password without a user" : "a user without a password",
                expected: "both, or none",
                hint: "the password may stand in SMTP_PASSWORD, or in a file that SMTP_PASSWORD_FILE names")
        }
        if !isSecure, !smtp.requiresTLS, !isLoopback {
            problems.warn(
                entry["startTls"] ?? entry, found: "mail that is sent in clear", expected: "startTls: true",
                hint: "whoever is on the way reads the links, and uses them")
        }
        return smtp
    }

    private func mailServer(_ entry: Entry) -> (url: String, isSecure: Bool, isLoopback: Bool)? {
        guard let given = entry["url"] else { return nil }
        let text = given.text ?? ""
        let scheme = ["smtp", "smtps"].first { text.hasPrefix($0 + "://") }
        // Parsed like any other authority; SMTP has no paths.
        guard let scheme, let url = WebURL("http" + text.dropFirst(scheme.utf8.count)), url.path.isEmpty || url.path == "/" else {
            problems.error(
                given, expected: "smtp://HOST:PORT or smtps://HOST:PORT",
                hint: "without user and password, which have keys of their own; port 587 is smtp, 465 is smtps")
            return nil
        }
        return (text.hasSuffix("/") ? String(text.dropLast()) : text, scheme == "smtps", url.isLoopback)
    }

    private func mailbox(_ section: Entry, _ key: String) -> Mailbox? {
        guard let entry = section[key] else { return nil }
        if let mailbox = Mailbox(entry.text ?? "") { return mailbox }
        problems.error(entry, expected: "an address", hint: "such as no-reply@example.com or Example <no-reply@example.com>")
        return nil
    }

    func invitations(_ entry: Entry) -> InvitationSettings? {
        guard let page = entry["page"].flatMap({ ownPath($0) }), let (url, host) = publicSite(entry) else { return nil }
        var invitations = InvitationSettings(page: page, url: url, site: entry.string("site") ?? host)
        invitations.path = entry["path"].flatMap { ownPath($0) }
        invitations.hours = entry.int("hours") ?? invitations.hours
        invitations.welcomeHours = entry.int("welcomeHours") ?? invitations.welcomeHours
        invitations.ticketSeconds = entry.int("ticketSeconds") ?? invitations.ticketSeconds
        invitations.signIn = applicationPage(entry, "signIn")
        invitations.signUp = applicationPage(entry, "signUp") ?? invitations.signIn
        invitations.perUserPerHour = entry.int("perUserPerHour") ?? invitations.perUserPerHour
        invitations.perClientPerHour = entry.int("perClientPerHour") ?? invitations.perClientPerHour
        invitations.templates = entry.string("templates")
        invitations.errors = entry.choice("errors") ?? invitations.errors
        if invitations.site.utf8.contains(where: { $0 < 0x20 }) {
            problems.error(entry["site"] ?? entry, found: "a name of several lines", expected: "one line")
        }
        return invitations
    }

    private func publicSite(_ entry: Entry) -> (url: String, host: String)? {
        guard let given = entry["url"], let url = webPage(given, "the site that people see") else { return nil }
        guard url.path.isEmpty || url.path == "/" else {
            problems.error(given, found: "a URL with a path", expected: "scheme and host", hint: "invitations.page is the path")
            return nil
        }
        let text = given.text ?? ""
        return (text.hasSuffix("/") ? String(text.dropLast()) : text, url.host)
    }

    private func applicationPage(_ section: Entry, _ key: String) -> String? {
        guard let entry = section[key], webPage(entry, "a page of the application") != nil else { return nil }
        return entry.text
    }

    /// What mail links to: over plain HTTP whoever is on the way reads the token.
    private func webPage(_ entry: Entry, _ what: String) -> WebURL? {
        guard let url = WebURL(entry.text ?? "") else {
            problems.error(entry, expected: "an https:// URL, \(what), without a query")
            return nil
        }
        guard url.isSecure || url.isLoopback else {
            problems.error(
                entry, found: "plain HTTP", expected: "https://, \(what)", hint: "http:// is accepted for this machine only")
            return nil
        }
        return url
    }
}
