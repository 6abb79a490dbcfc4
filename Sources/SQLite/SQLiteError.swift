internal import CSQLite

/// What SQLite said, with its own message.
package enum SQLiteError: Error, Hashable, Sendable {
    case cannotOpen(path: String, message: String)
    /// Another connection held the lock for longer than the busy timeout.
    case busy
    /// A UNIQUE or PRIMARY KEY constraint; the message names the columns.
    case uniqueViolation(String)
    /// The statement takes another number of parameters than were given.
    case parameterCount(expected: Int, given: Int)
    /// Anything else: SQLite's extended result code.
    case failed(code: Int32, message: String)

    init(code: Int32, message: String) {
        switch code {
        case SQLITE_CONSTRAINT_UNIQUE, SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_ROWID: self = .uniqueViolation(message)
        case _ where code & 0xFF == SQLITE_BUSY: self = .busy
        default: self = .failed(code: code, message: message)
        }
    }
}

// The extended codes are macros over macros, which Swift does not import (sqlite.org/rescode.html).
private let SQLITE_CONSTRAINT_PRIMARYKEY = SQLITE_CONSTRAINT | (6 << 8)
private let SQLITE_CONSTRAINT_UNIQUE = SQLITE_CONSTRAINT | (8 << 8)
private let SQLITE_CONSTRAINT_ROWID = SQLITE_CONSTRAINT | (10 << 8)
