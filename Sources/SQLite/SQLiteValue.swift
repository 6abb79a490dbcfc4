/// One value in a statement or a row, in SQLite's own types.
package enum SQLiteValue: Hashable, Sendable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    case blob([UInt8])

    package init(_ text: String?) { self = text.map(SQLiteValue.text) ?? .null }

    package var isNull: Bool { self == .null }

    package var integer: Int64? {
        if case .integer(let value) = self { value } else { nil }
    }

    package var blob: [UInt8]? {
        if case .blob(let bytes) = self { bytes } else { nil }
    }

    /// Text as SQLite prints it: an integer key compares equal to its digits. `nil` for NULL and blobs.
    package var text: String? {
        switch self {
        case .text(let text): text
        case .integer(let value): String(value)
        case .real(let value): String(value)
        case .null, .blob: nil
        }
    }
}

package struct SQLiteRow: Hashable, Sendable {
    package let values: [SQLiteValue]
    package subscript(column: Int) -> SQLiteValue { values[column] }
}
