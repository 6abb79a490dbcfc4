internal import CSQLite

/// One connection to a SQLite file, for one thread at a time. Statements are prepared once and kept by their text.
@safe package final class SQLiteDatabase {
    private let handle: OpaquePointer
    private var statements: [String: SQLiteStatement] = [:]

    /// Statements kept ready. Segue asks some thirty questions; beyond that texts are generated and not worth keeping.
    private static let statementsMax = 128

    /// Opens the file at `path` (`:memory:`: none) with WAL journaling and foreign keys on. One that is not there is made
    /// only by who says so: a path with a mistake in it must not become an empty database.
    package convenience init(path: String, creates: Bool = false, busyTimeoutMilliseconds: Int32 = 2_000) throws(SQLiteError) {
        let flags = SQLITE_OPEN_READWRITE | (creates ? SQLITE_OPEN_CREATE : 0)
        try self.init(opening: path, flags, busyTimeoutMilliseconds)
        try execute("PRAGMA journal_mode = WAL")
        try execute("PRAGMA foreign_keys = ON")
    }

    /// Opens a file that stays as it is, its journaling included: SQLite itself refuses to write.
    package convenience init(reading path: String, busyTimeoutMilliseconds: Int32 = 2_000) throws(SQLiteError) {
        try self.init(opening: path, SQLITE_OPEN_READONLY, busyTimeoutMilliseconds)
    }

    private init(opening path: String, _ flags: Int32, _ busyTimeoutMilliseconds: Int32) throws(SQLiteError) {
        var opened: OpaquePointer?
        let code = unsafe sqlite3_open_v2(path, &opened, flags | SQLITE_OPEN_NOMUTEX, nil)
        guard let handle = unsafe opened else { throw .cannotOpen(path: path, message: "out of memory") }
        unsafe self.handle = handle
        guard code == SQLITE_OK else { throw .cannotOpen(path: path, message: unsafe String(cString: sqlite3_errmsg(handle))) }
        unsafe sqlite3_extended_result_codes(handle, 1)
        unsafe sqlite3_busy_timeout(handle, busyTimeoutMilliseconds)
    }

    deinit { unsafe sqlite3_close_v2(handle) }

    /// Runs a script: any number of statements, no parameters.
    package func execute(_ script: String) throws(SQLiteError) {
        guard unsafe sqlite3_exec(handle, script, nil, nil, nil) == SQLITE_OK else { throw lastError() }
    }

    /// Runs one statement and returns its rows.
    @discardableResult
    package func rows(_ sql: String, _ values: [SQLiteValue] = []) throws(SQLiteError) -> [SQLiteRow] {
        try statement(sql).run(values)
    }

    /// Runs one statement and returns how many rows it inserted, changed or deleted.
    @discardableResult
    package func change(_ sql: String, _ values: [SQLiteValue] = []) throws(SQLiteError) -> Int {
        _ = try statement(sql).run(values)
        return Int(unsafe sqlite3_changes(handle))
    }

    /// The row id of the last insert on this connection.
    package var lastInsertedRowID: Int64 { unsafe sqlite3_last_insert_rowid(handle) }

    /// Everything in `body` or nothing. `IMMEDIATE` takes the write lock at once: a transaction that reads first and
    /// writes later would otherwise fail when another writer came between.
    @discardableResult
    package func transaction<Result>(_ body: () throws(SQLiteError) -> Result) throws(SQLiteError) -> Result {
        try execute("BEGIN IMMEDIATE")
        do throws(SQLiteError) {
            let result = try body()
            try execute("COMMIT")
            return result
        } catch {
            // A full disk and a few others have rolled back already; that refusal says nothing new.
            try? execute("ROLLBACK")
            throw error
        }
    }

    private func statement(_ sql: String) throws(SQLiteError) -> SQLiteStatement {
        if let kept = statements[sql] { return kept }
        var prepared: OpaquePointer?
        guard unsafe sqlite3_prepare_v2(handle, sql, -1, &prepared, nil) == SQLITE_OK else { throw lastError() }
        guard let prepared = unsafe prepared else { throw .failed(code: SQLITE_MISUSE, message: "no statement in the text") }
        let statement = unsafe SQLiteStatement(owning: prepared)
        if statements.count >= Self.statementsMax { statements.removeAll() }
        statements[sql] = statement
        return statement
    }

    private func lastError() -> SQLiteError {
        SQLiteError(code: unsafe sqlite3_extended_errcode(handle), message: unsafe String(cString: sqlite3_errmsg(handle)))
    }
}
