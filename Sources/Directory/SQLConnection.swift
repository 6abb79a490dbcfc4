import Postgres
import Telemetry
import SQLite

/// One connection to either database, as the questions of `Session` need it: statements with `$1`, `$2`, … and
/// everything as text.
protocol SQLConnection: AnyObject {
    var dialect: Dialect { get }
    func rows(_ sql: String, _ parameters: [String?], timeoutMilliseconds: Int) async throws(DirectoryError) -> [[String?]]
    func close()
}

extension SQLConnection {
    @discardableResult
    func rows(_ sql: String, _ parameters: [String?] = []) async throws(DirectoryError) -> [[String?]] {
        try await rows(sql, parameters, timeoutMilliseconds: Limits.statementMilliseconds + 500)
    }

    /// Everything in `body` or nothing, and again when another transaction came between.
    func transaction<Result>(_ body: () async throws(DirectoryError) -> Result) async throws(DirectoryError) -> Result {
        var attempt = 1
        while true {
            do throws(DirectoryError) {
                try await rows(dialect.begin)
                let result = try await body()
                try await rows("COMMIT")
                return result
            } catch {
                // On a broken connection the server rolls back by itself.
                if !error.endsSession { _ = try? await rows("ROLLBACK") }
                switch error {
                case .transient, .conflict: guard attempt < Limits.transactionAttempts else { throw error }
                default: throw error
                }
                attempt += 1
            }
        }
    }

    /// A part of a transaction that may come to nothing by itself: what it has done is taken back, and the rest goes on. Constraints
    /// that wait for the commit are looked at here, where their refusal is this part's.
    func attempt<Result>(_ body: () async throws(DirectoryError) -> Result) async throws(DirectoryError)
        -> Swift.Result<Result, DirectoryError>
    {
        try await rows("SAVEPOINT attempt")
        do throws(DirectoryError) {
            let result = try await body()
            if dialect == .postgres { try await rows("SET CONSTRAINTS ALL IMMEDIATE") }
            try await rows("RELEASE SAVEPOINT attempt")
            return .success(result)
        } catch {
            switch error {
            case .away, .timedOut, .transient, .lockedOut: throw error
            case .conflict, .invalidValue, .unfit, .misfit, .refused: try await rows("ROLLBACK TO SAVEPOINT attempt")
            }
            return .failure(error)
        }
    }
}

// What Segue notes about its own tables.
extension SQLConnection {
    func meta(_ key: String) async throws(DirectoryError) -> String? {
        try await rows("SELECT value FROM \(dialect.state("meta")) WHERE key = $1", [key]).first?.first ?? nil
    }

    func setMeta(_ key: String, _ value: String) async throws(DirectoryError) {
        try await rows(
            "INSERT INTO \(dialect.state("meta")) (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value",
            [key, value])
    }
}

final class PostgresSQL: SQLConnection {
    let dialect = Dialect.postgres
    private let connection: PostgresConnection

    /// `isReadOnly`: the server itself refuses to write. Behind a pooler (`prepared: false`) a session's settings would
    /// reach other people's transactions, so there the role's GRANTs and our own deadlines must do.
    init(to url: Secret, prepared: Bool, isReadOnly: Bool) async throws(DirectoryError) {
        do throws(PostgresError) {
            connection = try await PostgresConnection.connect(
                to: url, prepared: prepared, timeoutMilliseconds: Limits.connectMilliseconds)
            guard prepared else { return }
            try await connection.script(
                """
                SET statement_timeout = \(Limits.statementMilliseconds);
                SET idle_in_transaction_session_timeout = \(Limits.linkMilliseconds);
                SET default_transaction_read_only = \(isReadOnly ? "on" : "off");
                """, timeoutMilliseconds: Limits.connectMilliseconds)
        } catch {
            throw DirectoryError(error)
        }
    }

    func rows(_ sql: String, _ parameters: [String?], timeoutMilliseconds: Int) async throws(DirectoryError) -> [[String?]] {
        do throws(PostgresError) {
            return try await connection.query(sql, parameters, timeoutMilliseconds: timeoutMilliseconds).rows
        } catch {
            throw DirectoryError(error)
        }
    }

    func close() { connection.close() }
}

final class SQLiteSQL: SQLConnection {
    let dialect = Dialect.sqlite
    private let database: SQLiteDatabase

    init(path: String, isReadOnly: Bool = false) throws(DirectoryError) {
        do throws(SQLiteError) {
            database = isReadOnly ? try SQLiteDatabase(reading: path) : try SQLiteDatabase(path: path)
        } catch {
            throw DirectoryError(error)
        }
    }

    func rows(_ sql: String, _ parameters: [String?], timeoutMilliseconds: Int) async throws(DirectoryError) -> [[String?]] {
        do throws(SQLiteError) {
            return try database.rows(sql, parameters.map(SQLiteValue.init)).map { $0.values.map(\.text) }
        } catch {
            throw DirectoryError(error)
        }
    }

    func close() {}
}
