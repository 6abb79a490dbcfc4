package import Authentication
package import Migration
import Postgres
package import Settings
package import Telemetry

/// What `segue schema`, `segue ledger` and the checks before `segue serve` ask of the database, each on a connection
/// of its own and past any pooler. They run as tasks on a loop.
package struct DirectorySchema: Sendable {
    private let settings: DirectorySettings
    var location: DirectorySettings.Location { settings.location }
    var directURL: Secret? { settings.directURL }

    package init(_ settings: DirectorySettings) { self.settings = settings }

    package enum Failure: Error, Sendable, CustomStringConvertible {
        case problem(DirectoryProblem)
        case unavailable(Unavailable)

        package var description: String {
            switch self {
            case .problem(let problem): problem.description
            case .unavailable(let reason): reason.description
            }
        }
    }

    /// The statements that `apply` would run now.
    /// - Parameter adds: also columns of the users table that the settings name and the table lacks.
    package func plan(adds: Bool = false) async throws(Failure) -> [String] {
        try await edit { editor throws(DirectoryError) in try await editor.plan(adds: adds) }
    }

    /// Makes what is missing; returns the statements that were run.
    package func apply(adds: Bool = false) async throws(Failure) -> [String] {
        try await edit { editor throws(DirectoryError) in try await editor.apply(adds: adds) }
    }

    /// Takes back what `apply` made; returns the statements that were run.
    package func revert() async throws(Failure) -> [String] {
        try await edit { editor throws(DirectoryError) in try await editor.revert() }
    }

    /// How many links, ledger rows and values in added columns `revert` would forget.
    package func remembered() async throws(Failure) -> Int {
        try await edit { editor throws(DirectoryError) in try await editor.remembered() }
    }

    /// What stands between these settings, the queries of `legacy` entries included, and this database; empty when `serve`
    /// may start.
    package func problems(with queries: [LegacyQuery] = []) async throws(Failure) -> [DirectoryProblem] {
        do throws(Failure) {
            return try await edit { editor throws(DirectoryError) in try await editor.problems(with: queries) }
        } catch .problem(let problem) {
            return [problem]
        }
    }

    /// What is recorded of one person.
    package func person(_ sought: SoughtPerson) async throws(Failure) -> PersonRecord {
        try await edit { editor throws(DirectoryError) in try await editor.session().person(sought) }
    }

    /// Whether libpq can read the connection strings. What it has against one might quote the password.
    package var isURLReadable: Bool {
        if case .postgres(let url) = settings.location { PostgresConnection.canRead(url) } else { true }
    }

    package var isDirectURLReadable: Bool { settings.directURL.map(PostgresConnection.canRead) ?? true }

    /// Everything that the settings and this database disagree about, for `segue doctor`.
    /// - Parameters:
    ///   - takesMessages: whether Clerk's webhooks are written there.
    ///   - invites: whether invitations are kept there.
    ///   - upgrades: whether old sessions are exchanged for tickets.
    package func inspect(
        with queries: [LegacyQuery], takesMessages: Bool = false, invites: Bool = false, upgrades: Bool = false
    ) async throws(Failure) -> DirectoryInspection {
        let pooling = try await Self.pooling(at: settings.location)
        return try await Self.connected(to: settings.location, direct: settings.directURL) { connection throws(DirectoryError) in
            try await DirectoryInspector(settings, on: connection)
                .inspect(queries, pooling: pooling, takesMessages: takesMessages, invites: invites, upgrades: upgrades)
        }
    }

    static func pooling(at location: DirectorySettings.Location) async throws(Failure) -> Pooling {
        guard case .postgres(let url) = location else { return .none }
        return try await failing { () throws(DirectoryError) in try await .probe(url) }
    }

    /// What a connection string says, as the variables that `pg_dump` reads; `nil` when it is none.
    package static func variables(of url: Secret) -> [String: String]? { PostgresConnection.environment(of: url) }

    /// SQLite's own copy of the whole database, as of one moment.
    package func copy(to file: String) async throws(Failure) {
        try await Self.connected(to: settings.location) { connection throws(DirectoryError) in
            _ = try await connection.rows("VACUUM INTO $1", [file], timeoutMilliseconds: Limits.schemaMilliseconds)
        }
    }

    /// Reads the rows that a migration would read, page by page, and writes nothing.
    package func migrationRows(
        _ selection: MigrationSelection, _ migrate: MigrationSettings,
        _ page: ([LegacyRow], SharedIdentifiers) -> Void
    ) async throws(Failure) -> MigrationNames {
        try await Self.connected(to: settings.location, direct: settings.directURL, isReadOnly: true) {
            connection throws(DirectoryError) in
            let reader = try await MigrationReader(settings, migrate, on: connection)
            try await reader.read(selection, page)
            return reader.names
        }
    }

    func edit<Answer>(
        _ body: (SchemaEditor) async throws(DirectoryError) -> Answer
    ) async throws(Failure) -> Answer {
        try await Self.connected(to: settings.location, direct: settings.directURL) { connection throws(DirectoryError) in
            try await body(SchemaEditor(settings, on: connection))
        }
    }

    /// Runs `body` with a connection of its own.
    /// - Parameter isReadOnly: of a file; PostgreSQL is told with the transaction.
    static func connected<Answer>(
        to location: DirectorySettings.Location, direct: Secret? = nil, isReadOnly: Bool = false,
        _ body: (any SQLConnection) async throws(DirectoryError) -> Answer
    ) async throws(Failure) -> Answer {
        try await failing { () throws(DirectoryError) in
            let connection: any SQLConnection =
                switch location {
                // Not prepared, and so without a statement timeout: an index takes as long as it takes.
                case .postgres(let url): try await PostgresSQL(to: direct ?? url, prepared: false, isReadOnly: false)
                case .sqlite(let path): try SQLiteSQL(path: path, isReadOnly: isReadOnly)
                }
            defer { connection.close() }
            return try await body(connection)
        }
    }

    private static func failing<Answer>(_ body: () async throws(DirectoryError) -> Answer) async throws(Failure) -> Answer {
        do throws(DirectoryError) { return try await body() } catch .misfit(let problem) {
            throw .problem(problem)
        } catch {
            throw .unavailable(error.unavailable)
        }
    }
}
