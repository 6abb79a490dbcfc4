import HTTP
import HTTPServer
import JSON
import Telemetry

/// `/v1/sessions`
extension EmulatedInstance {
    func listSessions(_ call: Call) throws(ClerkProblem) -> ServerResponse {
        let (user, client) = (call.query.first("user_id"), call.query.first("client_id"))
        guard user != nil || client != nil else { throw .unprocessable(.missing("user_id")) }
        let status = try call.query.choice("status", of: EmulatedSession.Status.self)
        let found = sessions.all.reversed().filter { session in
            (user == nil || session.user == user) && (client == nil || session.client == client)
                && (status == nil || session.status == status)
        }
        return .list(try call.query.page(found)) { $0.write(to: &$1) }
    }

    mutating func createSession(_ call: Call) throws(ClerkProblem) -> ServerResponse {
        var form = try call.form()
        let id = form.string("user_id")
        _ = form.string("active_organization_id")
        if id == nil { form.fault(.missing("user_id")) }
        try form.finish()
        return .json(try beginSession(of: id ?? "", call).write)
    }

    mutating func revokeSession(_ call: Call) throws(ClerkProblem) -> ServerResponse {
        let session = try sessions.record(call.id)
        return .json(change(session, to: .revoked, call).write)
    }

    mutating func sessionToken(_ call: Call, kind: TokenClaims.Kind) throws(ClerkProblem) -> ServerResponse {
        let session = try sessions.record(call.id)
        guard session.status == .active else { throw .notFound("active session", session.id) }
        var form = try call.form()
        let lifetime = form.int("expires_in_seconds", 30...315_360_000)
        try form.finish()
        let claims = TokenClaims(
            kind: kind, issuer: settings.issuer, user: session.user, session: session.id, authorizedParty: settings.origin,
            issued: call.now, lifetimeSeconds: lifetime ?? TokenClaims.sessionLifetimeSeconds)
        return tokenResponse(try sign(claims))
    }

    /// A session begins when its user signs in.
    mutating func beginSession(of id: String, _ call: Call) throws(ClerkProblem) -> EmulatedSession {
        var user = try users.user(id)
        let session = EmulatedSession(id: ids.next("sess_"), user: id, client: ids.next("client_"), at: call.now)
        (user.lastSignInAt, user.lastActiveAt) = (call.now, call.now)
        try users.save(user)
        sessions.save(session)
        publish(session, call)
        return session
    }

    /// How the active sessions of a user end who is banned or deleted.
    mutating func endSessions(of user: EmulatedUser, as status: EmulatedSession.Status, _ call: Call) {
        for session in sessions.all.filter({ $0.user == user.id && $0.status == .active }) { _ = change(session, to: status, call) }
    }

    mutating func change(_ session: EmulatedSession, to status: EmulatedSession.Status, _ call: Call) -> EmulatedSession {
        guard session.status != status else { return session }
        var session = session
        (session.status, session.updatedAt) = (status, call.now)
        sessions.save(session)
        publish(session, call)
        return session
    }
}
