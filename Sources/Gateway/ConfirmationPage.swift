import Authentication
import Crypto
import Identity
import Mail
import Migration

/// The page on which somebody joins an old account and a Clerk user. It works without scripts and on a telephone; it names
/// both accounts in full, so that nobody takes another's for their own.
struct ConfirmationPage {
    let title: String
    /// Paragraphs, as text.
    let words: [String]
    /// What the form posts; `nil`: there is nothing to confirm.
    var form: Form?

    /// Where somebody must go first.
    var link: Link?
    /// Another origin that the answer to the form leads to.
    var formTarget: String?

    struct Form {
        /// What the person is to look at.
        let shown: [(term: String, description: String)]
        let hidden: [(name: String, value: String)]
        /// What they must tick.
        let promise: String?
        let button: String
    }

    struct Link {
        let url: String
        let words: String
    }

    /// - Parameter path: where the form goes: the page itself.
    func html(at path: String) -> [UInt8] {
        let paragraphs = words.map { "<p>\(escapedHTML($0))</p>" }.joined(separator: "\n")
        let form =
            self.form.map { ConfirmationPage.html($0, path) }
            ?? link.map { "<p><a href=\"\(escapedHTML($0.url))\">\(escapedHTML($0.words))</a></p>" } ?? ""
        return Array(
            """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(escapedHTML(title))</title>
            <style>\(ConfirmationPage.style)</style>
            </head>
            <body>
            <main>
            <h1>\(escapedHTML(title))</h1>
            \(paragraphs)
            \(form)
            </main>
            </body>
            </html>

            """.utf8)
    }

    private static func html(_ form: Form, _ path: String) -> String {
        let shown = form.shown.map { "<dt>\(escapedHTML($0.term))</dt><dd>\(escapedHTML($0.description))</dd>" }
        let hidden = form.hidden.map {
            "<input type=\"hidden\" name=\"\(escapedHTML($0.name))\" value=\"\(escapedHTML($0.value))\">"
        }
        let promise = form.promise.map {
            "<label><input type=\"checkbox\" name=\"mine\" value=\"yes\" required> \(escapedHTML($0))</label>"
        }
        return
            (["<dl>"] + shown + ["</dl>", "<form method=\"post\" action=\"\(escapedHTML(path))\">"] + hidden
            + [promise, "<button type=\"submit\">\(escapedHTML(form.button))</button>", "</form>"].compactMap(\.self)).joined(
                separator: "\n")
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
    var fields: String {
        """
        Content-Security-Policy: default-src 'none'; style-src 'sha256-\(ConfirmationPage.styleDigest)'; \
        form-action 'self'\(formTarget.map { " " + $0 } ?? ""); frame-ancestors 'none'; base-uri 'none'\r
        X-Frame-Options: DENY\r
        X-Content-Type-Options: nosniff\r
        Referrer-Policy: same-origin\r

        """
    }

    private static let styleDigest = Base64.encode(Digest.sha256(Array(style.utf8)))
}

extension Confirmation {
    /// Stands in the form, so that nobody confirms other accounts than they saw. No secret: the POST proves both by itself.
    var pair: String { Hexadecimal.encode(Digest.sha256(Array("\(clerkUser.id.text)\n\(row.id.text)".utf8))) }

    // Whole: whoever sees them holds both credentials, and two people's addresses must not look the same.
    var shownClerkUser: String { clerkUser.primaryEmail?.address ?? "a user without an address" }
    var shownRow: String { row.email ?? "number \(row.id.text)" }
}
