import Crypto
import HTTP
import HTTPServer
import JSON
import Telemetry

/// `/v1/sessions`
extension EmulatedInstance {
    mutating func sessions(_ call: Call, _ rest: [String], at now: UnixTime) throws(ClerkProblem) -> ServerResponse {
        switch (call.method, rest.count) {
        case (.get, 0): return try list(call)
        case (.post, 0): return try create(call, at: now)
        case (.get, 1): return try .json(sessions.session(rest[0]).write)
        case (.post, 2) where rest[1] == "revoke": return try revoke(rest[0], at: now)
        case (.post, 2) where rest[1] == "tokens": return try token(rest[0], call, kind: .session(version: 2), at: now)
        case (.post, 3) where rest[1] == "tokens": return try token(rest[0], call, kind: .template, at: now)
        default: throw .noSuchEndpoint
        }
    }

    private func list(_ call: Call) throws(ClerkProblem) -> ServerResponse {
        guard let user = call.query.first("user_id") else { throw .unprocessable(.missing("user_id")) }
        let limit = Int(try call.query.number("limit", 1...500) ?? 10)
        let offset = Int(try call.query.number("offset", 0...Int64(Int32.max)) ?? 0)
        let status = call.query.first("status")
        let page = sessions.sessions(of: user).filter { status == nil || $0.status == status }.dropFirst(offset).prefix(limit)
        return .json { json in
            json.beginArray()
            for session in page { session.write(to: &json) }
            json.endArray()
        }
    }

    private mutating func create(_ call: Call, at now: UnixTime) throws(ClerkProblem) -> ServerResponse {
        var form = try call.form()
        let id = form.string("user_id")
        _ = form.string("active_organization_id")
        if id == nil { form.fault(.missing("user_id")) }
        try form.finish()
        let session = try begin(for: id ?? "", at: now)
        return .json(session.write)
    }

    /// A session begins when its user signs in.
    mutating func begin(for id: String, at now: UnixTime) throws(ClerkProblem) -> EmulatedSession {
        var user = try users.user(id)
        let session = EmulatedSession(id: ids.next("sess_"), user: id, client: ids.next("client_"), at: now)
        (user.lastSignInAt, user.lastActiveAt) = (now, now)
        try users.save(user)
        sessions.save(session)
        return session
    }

    private mutating func revoke(_ id: String, at now: UnixTime) throws(ClerkProblem) -> ServerResponse {
        var session = try sessions.session(id)
        (session.status, session.updatedAt) = ("revoked", now)
        sessions.save(session)
        return .json(session.write)
    }

    private mutating func token(_ id: String, _ call: Call, kind: TokenClaims.Kind, at now: UnixTime) throws(ClerkProblem)
        -> ServerResponse
    {
        let session = try sessions.session(id)
        guard session.status == "active" else { throw .notFound("active session", id) }
        var form = try call.form()
        let lifetime = form.int("expires_in_seconds", 30...315_360_000)
        try form.finish()
        let claims = TokenClaims(
            kind: kind, issuer: settings.issuer, user: session.user, session: session.id, authorizedParty: settings.origin,
            issued: now, lifetimeSeconds: lifetime ?? TokenClaims.sessionLifetimeSeconds)
        return try tokenResponse(sign(claims))
    }

    /// The compact token, with members of its header and claims replaced.
    mutating func sign(
        _ claims: TokenClaims, by signer: SigningKeys.Signer = .current, header: JSONValue? = nil, overrides: JSONValue? = nil
    ) throws(ClerkProblem) -> String {
        do throws(CryptoError) {
            let entry = try keys.entry(for: signer)
            return try entry.sign(
                header: claims.header(kid: entry.kid).overridden(by: header),
                claims: claims.claims(tokenID: ids.next("")).overridden(by: overrides))
        } catch {
            throw ClerkProblem(.internalServerError, "internal_clerk_error", "Signing failed: \(error)")
        }
    }

    func tokenResponse(_ token: String) -> ServerResponse {
        .json { json in
            json.beginObject()
            json.member("object", "token")
            json.member("jwt", token)
            json.endObject()
        }
    }
}
