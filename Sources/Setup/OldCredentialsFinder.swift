import Directory

/// Where the old application keeps what proves a session, read from the tables that point at its users.
struct OldCredentialsFinder {
    private let survey: DatabaseSurvey
    private let users: SurveyedTable
    private let isSQLite: Bool

    init(_ survey: DatabaseSurvey, users: SurveyedTable, isSQLite: Bool) {
        (self.survey, self.users, self.isSQLite) = (survey, users, isSQLite)
    }

    /// A table of sessions.
    struct Sessions {
        let table: String
        let query: String
        /// The column of the token, which is often called as the cookie is.
        let token: String
        /// Whether something in the row ends a session.
        let expires: Bool
    }

    /// Tables whose tokens are not sessions, whatever they are called.
    private static let others = [
        "reset", "verification", "verify", "invite", "invitation", "migration", "refresh", "push", "device", "chat", "api",
        "confirm", "otp", "oauth",
    ]

    var sessions: [Sessions] {
        survey.tables.compactMap { table -> (sessions: Sessions, score: Int)? in
            let name = words(table.name)
            guard table.name != users.name, let user = userColumn(of: table), let token = token(of: table),
                !name.contains(where: { word in Self.others.contains { word.hasPrefix($0) } })
            else { return nil }
            guard name.contains(where: { $0.hasPrefix("session") || $0.hasPrefix("token") || $0.hasPrefix("login") }) else {
                return nil
            }
            return (sessions(table, user, token), name.contains { $0.hasPrefix("session") } ? 1 : 0)
        }.sorted { $0.score > $1.score }.map(\.sessions)
    }

    /// Sessions whose token the table holds only as a digest, and no query can be guessed for.
    var digestedSessions: String? {
        survey.tables.first { table in
            words(table.name).contains { $0.hasPrefix("session") } && userColumn(of: table) != nil && token(of: table) == nil
                && table.columns.contains { ["tokenhash", "sessionhash", "tokendigest", "hashedtoken"].contains(plain($0.name)) }
        }?.name
    }

    /// The query for `revoked` of a list of revoked tokens, by `jti`.
    var revocation: (table: String, query: String)? {
        for table in survey.tables {
            let name = plain(table.name)
            guard ["blacklist", "blocklist", "denylist", "revoked"].contains(where: { name.contains($0) }) else { continue }
            for column in table.columns where ["jti", "tokenid", "jwtid"].contains(plain(column.name)) {
                return (table.name, "SELECT 1 FROM \(sql(table.name)) WHERE \(sql(column.name)) = $1")
            }
        }
        return nil
    }

    /// A list of revoked tokens that has no `jti`.
    var opaqueRevocation: String? {
        guard revocation == nil else { return nil }
        return survey.tables.first { table in
            ["blacklist", "blocklist", "denylist"].contains { plain(table.name).contains($0) }
        }?.name
    }

    /// A table of links beside the users table.
    var mapping: (table: SurveyedTable, user: String, clerkUser: String, createdAt: String?)? {
        for table in survey.tables where table.name != users.name {
            guard let user = userColumn(of: table), let clerkUser = ColumnNames(table).clerkUserID else { continue }
            return (table, user, clerkUser, ColumnNames(table).createdAt)
        }
        return nil
    }

    private func userColumn(of table: SurveyedTable) -> String? {
        if let reference = table.references.first(where: { $0.table == users.name }) { return reference.column }
        let kind = users.key.flatMap { users.column($0)?.kind }
        return table.columns.first { words($0.name) == ["user", "id"] && $0.kind == kind }?.name
    }

    private func token(of table: SurveyedTable) -> String? {
        for name in ["sessiontoken", "token", "sessionid", "sessionkey", "accesstoken", "sid"] {
            if let column = table.columns.first(where: { plain($0.name) == name && [.text, .uuid, .other].contains($0.kind) }) {
                return column.name
            }
        }
        return nil
    }

    private func sessions(_ table: SurveyedTable, _ user: String, _ token: String) -> Sessions {
        var query = "SELECT \(sql(user)) FROM \(sql(table.name)) WHERE \(sql(token)) = $1"
        var expires = false
        for column in table.columns {
            let name = plain(column.name)
            switch column.kind {
            case .time
            where ["expiresat", "expires", "expiry", "expiresat", "expireson", "validuntil", "expirationdate"].contains(name):
                query += " AND \(sql(column.name)) > \(isSQLite ? "CURRENT_TIMESTAMP" : "now()")"
                expires = true
            case .time where ["revokedat", "deletedat", "endedat", "loggedoutat", "invalidatedat"].contains(name):
                query += " AND \(sql(column.name)) IS NULL"
            case .boolean where ["revoked", "isrevoked", "isdeleted", "invalidated"].contains(name):
                query += " AND NOT \(sql(column.name))"
            case .boolean where ["isactive", "active", "isvalid", "valid"].contains(name):
                query += " AND \(sql(column.name))"
            default: break
            }
        }
        return Sessions(table: table.name, query: query, token: token, expires: expires)
    }
}

/// A name in a query for a person to read: in quotes only where it needs them.
func sql(_ name: String) -> String {
    name.split(separator: ".").map { part in
        let isPlain = part.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F }
        let isReserved = ["user", "order", "group", "table", "default", "end", "check", "references", "session_user"].contains(part)
        return isPlain && !isReserved && part.first?.isNumber == false ? String(part) : "\"\(part)\""
    }.joined(separator: ".")
}
