package import Authentication
package import Settings
package import Telemetry

/// A query of the application's, and where it stands in `routes.json`.
package struct LegacyQuery: Sendable, Hashable {
    package let path: String
    package let sql: String
    /// `$1` and on.
    package let parameters: Int

    package init(path: String, sql: String, parameters: Int = 1) {
        (self.path, self.sql, self.parameters) = (path, sql, parameters)
    }

    /// Those that `legacy` entries name.
    package static func all(of entries: [LegacySettings]) -> [LegacyQuery] {
        var queries: [LegacyQuery] = []
        for (index, entry) in entries.enumerated() {
            func add(_ key: String, _ sql: String?, parameters: Int = 1) {
                if let sql { queries.append(LegacyQuery(path: "legacy[\(index)].\(key)", sql: sql, parameters: parameters)) }
            }
            switch entry.kind {
            case .jwt(let token):
                add("revoked", token.revoked, parameters: token.revokedBy == .user ? 2 : 1)
                add("active", token.active)
            case .session(let session): add("query", session.query)
            case .base64, .asserted, .userInfo: break
            }
        }
        return queries
    }
}

extension LegacyQuery {
    package static func all(of settings: Settings) -> [LegacyQuery] { all(of: settings.legacy) + all(of: settings.routes) }

    /// The statements with which routes make sessions of the application's.
    package static func all(of routes: [Route]) -> [LegacyQuery] {
        routes.enumerated().flatMap { index, route -> [LegacyQuery] in
            guard case .session(let insert, let extend)? = route.mint?.kind else { return [] }
            let path = "routes[\(index)].mint"
            return [LegacyQuery(path: path + ".insert", sql: insert, parameters: 3)]
                + (extend.map { [LegacyQuery(path: path + ".extend", sql: $0, parameters: 2)] } ?? [])
        }
    }
}

/// The queries that the `legacy` entries of one settings version name, asked through the directory's thread. A reload
/// makes a new value, so that an entry's number never means another entry's query.
package struct LegacyQueries: LegacyStore {
    private let directory: DirectoryThread
    private let entries: [LegacySettings]

    package init(_ entries: [LegacySettings], on directory: DirectoryThread) {
        (self.entries, self.directory) = (entries, directory)
    }

    package func sessionUser(entry: Int, token: Secret) async throws(Unavailable) -> UserID? {
        guard entries.indices.contains(entry), case .session(let session) = entries[entry].kind else {
            throw .away("legacy entry \(entry) names no session query")
        }
        return try await directory.firstValue(session.query, token).map(UserID.init)
    }

    package func standing(entry: Int, of claim: LegacyClaim) async throws(Unavailable) -> LegacyStanding {
        guard entries.indices.contains(entry), case .jwt(let token) = entries[entry].kind else {
            throw .away("legacy entry \(entry) names no query about tokens")
        }
        return try await token.standing(of: claim) { (query, values) async throws(Unavailable) in
            try await directory.hasRow(query, values)
        }
    }
}

extension LegacySettings.JWT {
    /// What the queries say; `hasRow` yields `nil` where a value does not fit its column.
    func standing(
        of claim: LegacyClaim, _ hasRow: (String, [String?]) async throws(Unavailable) -> Bool?
    ) async throws(Unavailable) -> LegacyStanding {
        if let revoked {
            let issued = claim.issued.map { String($0.seconds) }
            let values = revokedBy == .user ? [claim.user.text, issued] : [claim.tokenID]
            // What cannot be asked is not thereby denied.
            guard let isRevoked = try await hasRow(revoked, values) else { throw .away("a value does not fit its column") }
            if isRevoked { return .revoked }
        }
        if let active {
            // A user id that does not even fit the column's type is nobody's.
            guard try await hasRow(active, [claim.user.text]) ?? false else { return .inactive }
        }
        return .good
    }
}
