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
        entries.enumerated().compactMap { index, entry in
            switch entry.kind {
            case .jwt(let token): token.revoked.map { LegacyQuery(path: "legacy[\(index)].revoked", sql: $0) }
            case .session(let session): LegacyQuery(path: "legacy[\(index)].query", sql: session.query)
            }
        }
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

    package func isRevoked(entry: Int, tokenID: String) async throws(Unavailable) -> Bool {
        guard entries.indices.contains(entry), case .jwt(let token) = entries[entry].kind, let query = token.revoked else {
            throw .away("legacy entry \(entry) names no revocation query")
        }
        return try await directory.hasRow(query, tokenID)
    }
}
