package import Authentication
package import Settings
package import Telemetry

/// A query of the application's, and where it stands in `routes.json`.
package struct LegacyQuery: Sendable, Hashable {
    package let path: String
    package let sql: String

    package init(path: String, sql: String) { (self.path, self.sql) = (path, sql) }

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
