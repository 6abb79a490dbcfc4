import Postgres
import Settings
import Telemetry

/// What stands between Segue and the database.
package enum Pooling: Sendable, Hashable {
    /// Nothing: a connection is one server process for its whole life.
    case none
    case session
    /// One statement may reach another server process than the one before it: PgBouncer in transaction mode.
    case transaction
}

extension Pooling {
    /// Two connections tell. A pooler hands out cancellation keys of its own, so that the process that a client was promised
    /// is not the one that answers; and in transaction mode two clients are answered by one process, one after the other.
    static func probe(_ url: Secret) async throws(DirectoryError) -> Pooling {
        do throws(PostgresError) {
            let first = try await connect(url)
            defer { first.close() }
            let process = try await answering(first)
            if first.promisedProcess == process { return .none }
            let second = try await connect(url)
            defer { second.close() }
            // Whoever is in a transaction keeps the process that the other one has just put back.
            try await second.script("BEGIN READ ONLY", timeoutMilliseconds: Limits.statementMilliseconds)
            let other = try await answering(second)
            let again = try await answering(first)
            try await second.script("ROLLBACK", timeoutMilliseconds: Limits.statementMilliseconds)
            return other == process || again != process ? .transaction : .session
        } catch {
            throw DirectoryError(error)
        }
    }

    private static func connect(_ url: Secret) async throws(PostgresError) -> PostgresConnection {
        try await PostgresConnection.connect(to: url, prepared: false, timeoutMilliseconds: Limits.connectMilliseconds)
    }

    private static func answering(_ connection: PostgresConnection) async throws(PostgresError) -> Int32? {
        let rows = try await connection.query("SELECT pg_backend_pid()", timeoutMilliseconds: Limits.statementMilliseconds).rows
        return rows.first?.first.flatMap { $0 }.flatMap { Int32($0) }
    }
}
