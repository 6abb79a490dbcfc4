/// Where PostgreSQL and SQLite differ in what Segue says to them.
enum Dialect: Sendable {
    case postgres, sqlite

    /// A table of Segue's own.
    func state(_ table: String) -> String {
        switch self {
        case .postgres: "segue.\(table)"
        case .sqlite: "segue_\(table)"
        }
    }

    /// SQLite takes the write lock at once: a transaction that reads first could not get it later.
    var begin: String {
        switch self {
        case .postgres: "BEGIN ISOLATION LEVEL READ COMMITTED"
        case .sqlite: "BEGIN IMMEDIATE"
        }
    }

    /// Whether two values differ, NULL being a value.
    var differs: String { self == .postgres ? "IS DISTINCT FROM" : "IS NOT" }

    /// Locks the rows that a SELECT finds; SQLite's transaction has locked everything.
    var locking: String { self == .postgres ? " FOR UPDATE" : "" }
    /// The same of the users table alone.
    var lockingUsers: String { self == .postgres ? " FOR UPDATE OF u" : "" }

    /// A value as text that compares byte by byte, whatever the column's collation.
    func text(_ expression: String) -> String {
        switch self {
        case .postgres: "(\(expression)::text COLLATE \"C\")"
        case .sqlite: "CAST(\(expression) AS TEXT)"
        }
    }

    func text(_ column: Column?, of table: String) -> String { column.map { text("\(table).\($0.quoted)") } ?? "NULL" }

    /// Parameter `$n` in the type of a column, so that its index is used. The type has no modifier: a cast to
    /// `varchar(36)` would cut a longer text and compare what is left.
    func parameter(_ number: Int, as type: ColumnType) -> String {
        switch self {
        case .postgres: "$\(number)::\(type.name)"
        case .sqlite: "$\(number)"
        }
    }

    /// An id as Segue's own tables hold it, in the type of the application's column, so that its index is used. Of two
    /// collations PostgreSQL would choose none.
    func stored(_ expression: String, as type: ColumnType) -> String {
        switch self {
        case .postgres: "\(expression)::\(type.name)\(type.kind == .text ? " COLLATE \"default\"" : "")"
        case .sqlite: expression
        }
    }

    /// The e-mail column with A–Z as a–z and nothing else changed: the expression of the index, letter for letter.
    func folded(_ column: Column, of table: String? = nil) -> String {
        let name = (table.map { $0 + "." } ?? "") + column.quoted
        switch self {
        case .postgres: return "lower(\(name)\(column.type.isPlainText ? "" : "::text") COLLATE \"C\")"
        case .sqlite: return "lower(\(name))"
        }
    }

    /// A time of Segue's own tables as it goes into the ledger's hash: UTC, milliseconds.
    func timeText(_ column: String) -> String {
        switch self {
        case .postgres: "to_char(\(column) AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.MS\"000\"')"
        case .sqlite: column
        }
    }

    /// The database's own clock, so that several machines agree.
    var nowMicroseconds: String {
        switch self {
        case .postgres: "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint"
        case .sqlite: "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) * 1000"
        }
    }

    var nowMilliseconds: String { "(\(nowMicroseconds) / 1000)" }

    /// For rows that several processes take from: whoever comes second takes others.
    var lockingUnclaimed: String { self == .postgres ? " FOR UPDATE OF p SKIP LOCKED" : "" }
}
