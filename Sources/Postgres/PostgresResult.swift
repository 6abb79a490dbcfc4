internal import CPostgreSQL

/// The rows that a statement yielded, as text.
package struct PostgresResult: Sendable, Hashable {
    package var rows: [[String?]] = []
    /// Rows that an INSERT, UPDATE or DELETE touched.
    package var changed = 0

    package init() {}

    /// The first column of the first row.
    package var scalar: String? { rows.first?.first ?? nil }
}

extension PostgresResult {
    init(reading result: OpaquePointer) {
        let columns = unsafe PQnfields(result)
        rows = (0..<(unsafe PQntuples(result))).map { row in
            (0..<columns).map { column in unsafe Self.value(of: result, row, column) }
        }
        changed = unsafe Int(String(cString: PQcmdTuples(result))) ?? 0
    }

    @unsafe private static func value(of result: OpaquePointer, _ row: Int32, _ column: Int32) -> String? {
        guard unsafe PQgetisnull(result, row, column) == 0, let start = unsafe PQgetvalue(result, row, column) else { return nil }
        let bytes = unsafe UnsafeRawBufferPointer(start: start, count: Int(PQgetlength(result, row, column)))
        return unsafe String(decoding: bytes, as: UTF8.self)
    }
}
