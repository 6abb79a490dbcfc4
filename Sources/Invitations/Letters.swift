package import Mail

/// The two letters that Segue writes. Their words are Segue's or the operator's.
package struct Letters: Sendable {
    /// What a letter may say of its reader and its link.
    package static let places = ["greeting", "user_name", "migration_url", "expires_in", "site"]

    package let invitation: LetterTemplate
    package let welcome: LetterTemplate

    /// - Parameter file: the content of a file of the operator's, by its name, such as `invitation.txt`.
    package init(_ file: (String) -> String?) throws(Fault) {
        invitation = try Self.template("invitation", Self.ourInvitation, file)
        welcome = try Self.template("welcome", Self.ourWelcome, file)
    }

    /// All of them ours.
    package init() {
        // Ours have the places that there are, which a test holds them to.
        guard let letters = try? Letters({ _ in nil }) else { preconditionFailure("a letter of ours cannot be read") }
        self = letters
    }

    package struct Fault: Error, CustomStringConvertible {
        package let letter: String
        package let fault: LetterTemplate.Fault
        package var description: String { "\(letter): \(fault)" }
    }

    package func template(for kind: InvitationKind) -> LetterTemplate { kind == .welcome ? welcome : invitation }

    private struct Words {
        let subject: String
        let text: String
        let html: String
    }

    private static func template(
        _ name: String, _ ours: Words, _ file: (String) -> String?
    ) throws(Fault) -> LetterTemplate {
        do throws(LetterTemplate.Fault) {
            return try LetterTemplate(
                subject: file("\(name).subject") ?? ours.subject, text: file("\(name).txt") ?? ours.text,
                html: file("\(name).html") ?? ours.html, places: places, needed: "migration_url")
        } catch { throw Fault(letter: name, fault: error) }
    }

    /// The names of all files that are read.
    package static let files = ["invitation", "welcome"].flatMap { name in ["subject", "txt", "html"].map { "\(name).\($0)" } }
}

extension Letters {
    private static let ourInvitation = Words(
        subject: "Take your {site} account along",
        text: """
            {greeting}

            {site} has a new way to sign in. To take your account along, open this page and confirm it there:

            {migration_url}

            The link works once and for {expires_in}. If you do not want this now, do nothing: nothing changes.
            """,
        html: page(
            """
            <p>{site} has a new way to sign in. To take your account along, open this page and confirm it there:</p>
            <p><a href="{migration_url}" style="\(button)">Take my account along</a></p>
            <p>The link works once and for {expires_in}. If you do not want this now, do nothing: nothing changes.</p>
            """))

    private static let ourWelcome = Words(
        subject: "Your {site} account has a new way to sign in",
        text: """
            {greeting}

            Your {site} account has moved to a new way to sign in. Nothing of yours has changed. Open this page to sign in the first time:

            {migration_url}

            The link works once and for {expires_in}. After that you sign in on the site as usual.
            """,
        html: page(
            """
            <p>Your {site} account has moved to a new way to sign in. Nothing of yours has changed.</p>
            <p><a href="{migration_url}" style="\(button)">Sign in</a></p>
            <p>The link works once and for {expires_in}. After that you sign in on the site as usual.</p>
            """))

    private static let button = "display:inline-block;padding:12px 20px;background:#1d4ed8;color:#fff;text-decoration:none"

    private static func page(_ words: String) -> String {
        """
        <!doctype html>
        <html lang="en">
        <body style="font:16px/1.5 sans-serif;color:#1a1a1a">
        <div style="max-width:600px;margin:0 auto;padding:20px">
        <p>{greeting}</p>
        \(words)
        </div>
        </body>
        </html>
        """
    }
}
