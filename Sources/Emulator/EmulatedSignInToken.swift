import HTTP
import HTTPServer
import JSON
import Telemetry

/// A token that signs one user in, once, without a password.
struct EmulatedSignInToken: EmulatedRecord {
    static let kind = "sign in token"

    let id: String
    let user: String
    let ticket: String
    let url: String
    var status = Status.pending
    let expiresAt: UnixTime
    let createdAt: UnixTime
    var updatedAt: UnixTime

    enum Status: String { case pending, accepted, revoked }

    /// - Parameter showsTicket: only whoever made it is told the token.
    func write(showsTicket: Bool, to json: inout JSONWriter) {
        json.beginObject()
        json.member("object", "sign_in_token")
        json.member("id", id)
        json.member("user_id", user)
        json.member("status", status.rawValue)
        if showsTicket {
            json.member("token", ticket)
            json.member("url", url)
        }
        json.member("created_at", createdAt.milliseconds)
        json.member("updated_at", updatedAt.milliseconds)
        json.endObject()
    }
}

/// `/v1/sign_in_tokens`
extension EmulatedInstance {
    /// Clerk's default.
    private static let lifetimeSeconds: Int64 = 30 * 86_400

    mutating func createSignInToken(_ call: Call) throws(ClerkProblem) -> ServerResponse {
        var form = try call.form()
        let userID = form.string("user_id")
        let seconds = form.int("expires_in_seconds", 1...315_360_000) ?? Self.lifetimeSeconds
        let organization = form.string("org_id")
        if userID == nil { form.fault(.missing("user_id")) }
        try form.finish()
        let user = try users.user(userID ?? "")
        // Organizations are not emulated: there is none.
        if let organization { throw .notFound("organization", organization) }
        let (id, expiry) = (ids.next("sit_"), call.now.adding(seconds: seconds))
        let ticket = try ticket(for: id, kind: "sign_in_token", until: expiry)
        let token = EmulatedSignInToken(
            id: id, user: user.id, ticket: ticket, url: "\(settings.issuer)/sign-in?__clerk_ticket=\(ticket)", expiresAt: expiry,
            createdAt: call.now, updatedAt: call.now)
        signInTokens.save(token)
        return .json { token.write(showsTicket: true, to: &$0) }
    }

    mutating func revokeSignInToken(_ call: Call) throws(ClerkProblem) -> ServerResponse {
        var token = try signInTokens.record(call.id)
        guard token.status == .pending else {
            let text =
                "Sign in token cannot be revoked because its status is \(token.status.rawValue). Only pending tokens can be revoked."
            throw ClerkProblem(.badRequest, [.init("sign_in_token_cannot_be_revoked_code", "cannot revoke", text)])
        }
        (token.status, token.updatedAt) = (.revoked, call.now)
        signInTokens.save(token)
        return .json { token.write(showsTicket: false, to: &$0) }
    }
}
