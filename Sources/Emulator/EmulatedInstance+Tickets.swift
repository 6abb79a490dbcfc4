import HTTP
import HTTPServer
import JSON
import Telemetry

/// `POST /__emulator/tickets`: somebody follows the link of an invitation, or signs in with a sign-in token. The Frontend API does
/// this for a browser.
extension EmulatedInstance {
    mutating func followTicket(_ call: Call) throws(ClerkProblem) -> ServerResponse {
        var form = try call.form()
        let ticket = form.string("ticket", lengthMax: 4_096) ?? ""
        try form.finish()
        let user: String
        if let invitation = invitations.all.first(where: { $0.ticket == ticket }) {
            user = try accept(invitation, call)
        } else if let token = signInTokens.all.first(where: { $0.ticket == ticket }) {
            user = try accept(token, call)
        } else {
            throw ClerkProblem(.badRequest, "ticket_invalid_code", "The ticket is invalid.")
        }
        let session = try beginSession(of: user, call)
        return .json { json in
            json.beginObject()
            json.member("user_id", user)
            json.member("session_id", session.id)
            json.endObject()
        }
    }

    /// The address is verified by its ticket, and the invitation's metadata become the user's. Who has the address already is signed
    /// in.
    private mutating func accept(_ invitation: EmulatedInvitation, _ call: Call) throws(ClerkProblem) -> String {
        switch invitation.status(at: call.now) {
        case .pending: break
        case .accepted: throw .acceptedInvitation
        case .revoked: throw ClerkProblem(.badRequest, "revoked_invitation", "The invitation was revoked.")
        case .expired: throw .expiredTicket
        }
        var accepted = invitation
        (accepted.outcome, accepted.updatedAt) = (.accepted, call.now)
        invitations.save(accepted)
        if let holder = users.holder(of: .email, invitation.address) { return holder }
        var user = EmulatedUser(id: ids.next("user_"), at: call.now)
        let address = EmulatedUser.Contact(
            id: ids.next("idn_"), value: invitation.address, verification: .init(strategy: "ticket"), createdAt: call.now)
        (user.emails, user.primaryEmailID, user.metadata.isPublic) = ([address], address.id, invitation.metadata)
        _ = try save(user, as: .userCreated, call)
        return user.id
    }

    private mutating func accept(_ token: EmulatedSignInToken, _ call: Call) throws(ClerkProblem) -> String {
        var token = token
        switch token.status {
        case .accepted:
            throw ClerkProblem(.badRequest, "sign_in_token_already_used_code", "This sign in token has already been used.")
        case .revoked: throw ClerkProblem(.badRequest, "sign_in_token_revoked_code", "This sign in token has been revoked.")
        case .pending where call.now >= token.expiresAt: throw .expiredTicket
        case .pending: (token.status, token.updatedAt) = (.accepted, call.now)
        }
        signInTokens.save(token)
        return token.user
    }
}

extension ClerkProblem {
    fileprivate static var expiredTicket: ClerkProblem {
        ClerkProblem(.badRequest, "ticket_expired_code", "The ticket has expired.")
    }
}
