import Authentication
import Crypto
import Identity
import Migration

/// The page on which somebody joins an old account and a Clerk user. It works without scripts and on a telephone; it names
/// both accounts in full, so that nobody takes another's for their own.
struct ConfirmationPage {
    let title: String
    /// Paragraphs, as text.
    let words: [String]
    /// What the form posts; `nil`: there is nothing to confirm.
    var form: Form?

    struct Form {
        let clerk: String
        let account: String
        let pair: String
    }

    /// - Parameter path: where the form goes: the page itself.
    func html(at path: String) -> [UInt8] {
        let paragraphs = words.map { "<p>\(escaped($0))</p>" }.joined(separator: "\n")
        let form = self.form.map { ConfirmationPage.html($0, path) } ?? ""
        return Array(
            """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(escaped(title))</title>
            <style>\(ConfirmationPage.style)</style>
            </head>
            <body>
            <main>
            <h1>\(escaped(title))</h1>
            \(paragraphs)
            \(form)
            </main>
            </body>
            </html>

            """.utf8)
    }

    private static func html(_ form: Form, _ path: String) -> String {
        """
        <dl>
        <dt>You signed in as</dt><dd>\(escaped(form.clerk))</dd>
        <dt>Your old account</dt><dd>\(escaped(form.account))</dd>
        </dl>
        <form method="post" action="\(escaped(path))">
        <input type="hidden" name="pair" value="\(escaped(form.pair))">
        <label><input type="checkbox" name="mine" value="yes" required> Both accounts are mine</label>
        <button type="submit">Join them</button>
        </form>
        """
    }

    private static let style = """
        body{margin:0;font:1.1rem/1.5 system-ui,sans-serif;color:#1a1a1a;background:#fff}\
        main{max-width:30rem;margin:0 auto;padding:1.5rem}h1{font-size:1.4rem}\
        dt{color:#555}dd{margin:0 0 1rem;font-weight:600;overflow-wrap:anywhere}\
        label{display:block;padding:.75rem 0}input[type=checkbox]{width:1.4rem;height:1.4rem;vertical-align:middle}\
        button{width:100%;padding:1rem;font:inherit;font-weight:600;border:0;border-radius:.5rem;color:#fff;background:#1d4ed8}
        """

    /// Nothing but this style, this form, and no frame around it (CSP level 3). The referrer stays within the site and is
    /// not left out: without one a browser says `Origin: null`, which proves no own page.
    static let fields = """
        Content-Security-Policy: default-src 'none'; style-src 'sha256-\(Base64.encode(Digest.sha256(Array(style.utf8))))'; \
        form-action 'self'; frame-ancestors 'none'; base-uri 'none'\r
        X-Frame-Options: DENY\r
        X-Content-Type-Options: nosniff\r
        Referrer-Policy: same-origin\r

        """
}

extension Confirmation {
    /// Stands in the form, so that nobody confirms other accounts than they saw. No secret: the POST proves both by itself.
    var pair: String { Hexadecimal.encode(Digest.sha256(Array("\(clerkUser.id.text)\n\(row.id.text)".utf8))) }

    // Whole: whoever sees them holds both credentials, and two people's addresses must not look the same.
    var shownClerkUser: String { clerkUser.primaryEmail?.address ?? "a user without an address" }
    var shownRow: String { row.email ?? "number \(row.id.text)" }
}

/// Text in HTML, in an element or an attribute in double quotes (HTML §13.3).
func escaped(_ text: String) -> String {
    var result = ""
    for character in text.unicodeScalars {
        switch character {
        case "&": result += "&amp;"
        case "<": result += "&lt;"
        case ">": result += "&gt;"
        case "\"": result += "&quot;"
        case "'": result += "&#39;"
        default: result.unicodeScalars.append(character)
        }
    }
    return result
}
