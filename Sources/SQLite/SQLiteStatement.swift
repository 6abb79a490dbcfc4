internal import CSQLite

/// A prepared statement. It is reset after every use, so that it holds no lock between two.
@safe final class SQLiteStatement {
    private let handle: OpaquePointer

    /// `handle` becomes this object's to finalize.
    init(owning handle: OpaquePointer) { unsafe self.handle = handle }

    deinit { unsafe sqlite3_finalize(handle) }

    /// Binds `values` to `?1`, `?2`, … or, where the text says `$1`, `$2`, …, to those, and returns every row.
    func run(_ values: [SQLiteValue]) throws(SQLiteError) -> [SQLiteRow] {
        defer {
            unsafe sqlite3_reset(handle)
            unsafe sqlite3_clear_bindings(handle)
        }
        try bind(values)
        var rows: [SQLiteRow] = []
        while true {
            switch unsafe sqlite3_step(handle) {
            case SQLITE_ROW: rows.append(row())
            case SQLITE_DONE: return rows
            default: throw lastError()
            }
        }
    }

    private func bind(_ values: [SQLiteValue]) throws(SQLiteError) {
        let expected = Int(unsafe sqlite3_bind_parameter_count(handle))
        guard expected == values.count else { throw .parameterCount(expected: expected, given: values.count) }
        for (offset, value) in values.enumerated() {
            // SQLite numbers `$2` by where it first stands in the text, not by its name.
            let named = unsafe sqlite3_bind_parameter_index(handle, "$\(offset + 1)")
            guard bind(value, at: named > 0 ? named : Int32(offset + 1)) == SQLITE_OK else { throw lastError() }
        }
    }

    private func bind(_ value: SQLiteValue, at index: Int32) -> Int32 {
        switch value {
        case .null: unsafe sqlite3_bind_null(handle, index)
        case .integer(let value): unsafe sqlite3_bind_int64(handle, index, value)
        case .real(let value): unsafe sqlite3_bind_double(handle, index, value)
        case .text(let text): unsafe segue_sqlite3_bind_text(handle, index, text, Int32(text.utf8.count))
        case .blob(let bytes): unsafe segue_sqlite3_bind_blob(handle, index, bytes, Int32(bytes.count))
        }
    }

    private func row() -> SQLiteRow {
        SQLiteRow(values: (0..<(unsafe sqlite3_column_count(handle))).map(value))
    }

    private func value(at column: Int32) -> SQLiteValue {
        switch unsafe sqlite3_column_type(handle, column) {
        case SQLITE_INTEGER: return .integer(unsafe sqlite3_column_int64(handle, column))
        case SQLITE_FLOAT: return .real(unsafe sqlite3_column_double(handle, column))
        case SQLITE_TEXT:
            let start = unsafe sqlite3_column_text(handle, column)
            let count = Int(unsafe sqlite3_column_bytes(handle, column))
            return .text(unsafe String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self))
        case SQLITE_BLOB:
            let start = unsafe sqlite3_column_blob(handle, column)
            let count = Int(unsafe sqlite3_column_bytes(handle, column))
            return .blob(unsafe Array(UnsafeRawBufferPointer(start: start, count: count)))
        default: return .null
        }
    }

    private func lastError() -> SQLiteError {
        let database = unsafe sqlite3_db_handle(handle)
        return SQLiteError(
            code: unsafe sqlite3_extended_errcode(database), message: unsafe String(cString: sqlite3_errmsg(database)))
    }
}
