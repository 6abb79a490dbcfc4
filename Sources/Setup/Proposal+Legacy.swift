import Directory
import JSON

// The old system.
extension Proposal {
    var credentials: OldCredentialsFinder? {
        surroundings.database.flatMap { database in
            database.users.map { OldCredentialsFinder(database.survey, users: $0, isSQLite: database.isSQLite) }
        }
    }

    mutating func legacy() -> [JSONValue] {
        let entries = [token(), session()].compactMap { $0 }
        for field in surroundings.document?.fields ?? [] {
            note(
                "legacy", "clients also send a credential in the field \(field)",
                look: "what the application does with it; \"from\": [\"header:\(field)\"]")
        }
        noteUnproved(isTokenKnown: entries.contains { $0["kind"]?.string == "jwt" })
        noteOwnPath(isAnyKnown: !entries.isEmpty)
        return entries
    }

    private mutating func token() -> JSONValue? {
        guard let variable = surroundings.hasVariable("JWT_SECRET", "JWT_SECRET_KEY") else {
            if surroundings.document?.takesBearer ?? false {
                note(
                    "legacy", "clients send Authorization: Bearer, and JWT_SECRET is not set",
                    look:
                        "one of its tokens: three parts with dots are a JWT (set JWT_SECRET and run init again); what `base64 -d` turns into an id or JSON is kind base64; what only the application can read is kind userinfo"
                )
            }
            return nil
        }
        // A shorter one is refused, and rightly.
        guard (surroundings.environment[variable] ?? "12345678").utf8.count >= 8 else {
            note("legacy", "\(variable) is shorter than 8 bytes: whoever has one token finds it", look: "replace it first")
            return nil
        }
        found.append("legacy.jwt: the secret in \(variable)")
        note(
            "legacy.jwt.userId", "\"user_id\" is a guess: which claim holds the id",
            look: "`segue token inspect` with one of the application's tokens")
        var members: [(String, JSONValue)] = [
            ("name", .string("jwt")), ("kind", .string("jwt")), ("from", .array([.string("bearer")])),
            ("algorithm", .string("HS256")),
            ("keys", .array([.object([("secret", .string("${\(variable)}"))])])), ("userId", .string("user_id")),
        ]
        if let revocation = credentials?.revocation {
            found.append("legacy.jwt.revoked: \(revocation.table)")
            members.append(("revoked", .string(revocation.query)))
        } else if let table = credentials?.opaqueRevocation {
            note(
                "legacy.jwt.revoked", "\(table) lists revoked tokens, and has no jti", look: "what the application compares with it"
            )
        }
        return .object(members)
    }

    private mutating func session() -> JSONValue? {
        if let table = credentials?.digestedSessions {
            note(
                "legacy.session", "\(table) holds digests of session tokens",
                look: "how the application digests them; PostgreSQL can do the same in the query")
        }
        guard let credentials, let sessions = credentials.sessions.first else { return nil }
        found.append("legacy.session: \(sessions.table)")
        let others = credentials.sessions.dropFirst().map(\.table)
        if !others.isEmpty {
            note(
                "legacy.session.query", "\(others.joined(separator: ", ")) could hold sessions too",
                look: "what the application reads at a request")
        }
        if !sessions.expires {
            note(
                "legacy.session.query", "no column of \(sessions.table) says when a session ends",
                look: "what the application does about it")
        }
        var cookies = surroundings.document?.cookies ?? []
        if cookies.isEmpty {
            cookies = [plain(sessions.token).hasPrefix("session") ? sessions.token : "session_token"]
            note("legacy.session.from", "the cookie's name \(cookies[0]) is a guess", look: "Set-Cookie in the answer to a login")
        }
        return .object([
            ("name", .string("session")), ("kind", .string("session")), ("from", .array(cookies.map { .string("cookie:\($0)") })),
            ("query", .string(sessions.query)),
        ])
    }
}
