import JSON

/// What `POST /v1/invitations` takes, and each item of `POST /v1/invitations/bulk`.
struct InvitationForm {
    let address: String
    let metadata: JSONValue
    let redirectURL: String?
    let ignoresExisting: Bool
    let days: Int64

    init(_ form: inout Form) throws(ClerkProblem) {
        let address = form.string("email_address")
        if address == nil { form.fault(.missing("email_address")) }
        if let address, !ContactKind.email.accepts(address) {
            form.fault(.wrongFormat("email_address", ContactKind.email.format))
        }
        self.address = address ?? ""
        metadata = form.object("public_metadata") ?? JSONValue(.object([]))
        redirectURL = form.string("redirect_url", lengthMax: 2_048)
        if let redirectURL, !Self.isURL(redirectURL) { form.fault(.wrongFormat("redirect_url", "a valid url")) }
        _ = form.bool("notify")
        ignoresExisting = form.bool("ignore_existing") ?? false
        days = form.int("expires_in_days", 1...365) ?? 30
        if let slug = form.string("template_slug"), !["invitation", "waitlist_invitation"].contains(slug) {
            form.fault(.wrongValue("template_slug", "invitation or waitlist_invitation"))
        }
        try form.finish()
    }

    private static func isURL(_ text: String) -> Bool {
        guard let end = text.firstRange(of: "://") else { return false }
        return ["http", "https"].contains(text[..<end.lowerBound].lowercased()) && !text[end.upperBound...].isEmpty
    }
}
