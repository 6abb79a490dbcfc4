/// What went wrong between us and a PostgreSQL server, with its own words where it had any.
package enum PostgresError: Error, Hashable, Sendable {
    /// libpq cannot read the connection string. Its message would quote the password, so there is none here.
    case invalidConnectionString
    /// No connection could be made.
    case unreachable(String)
    /// The connection broke; what it was asked may or may not have been done.
    case lost(String)
    /// No answer within the deadline, ours or the server's `statement_timeout`.
    case timedOut
    /// A text parameter holds U+0000, which no PostgreSQL text can.
    case unsendable
    /// The server refused the statement. `message` is its primary message.
    case server(sqlstate: SQLState, message: String)

    package var sqlstate: SQLState? {
        if case .server(let state, _) = self { state } else { nil }
    }
}

/// A condition of PostgreSQL's appendix A: two characters of class, three of detail.
package struct SQLState: Hashable, Sendable {
    package let code: String
    package init(_ code: String) { self.code = code }

    package static let uniqueViolation = SQLState("23505")
    package static let serializationFailure = SQLState("40001")
    package static let deadlockDetected = SQLState("40P01")
    package static let lockNotAvailable = SQLState("55P03")
    package static let queryCanceled = SQLState("57014")
    package static let raiseException = SQLState("P0001")
    /// "Cached plan must not change result type", among others.
    package static let featureNotSupported = SQLState("0A000")
    package static let invalidStatementName = SQLState("26000")

    /// Class 22: a value that does not fit its type. The message quotes the value.
    package var isDataException: Bool { code.hasPrefix("22") }
    /// Classes 23 and 44: a constraint, or a view's WITH CHECK OPTION. The message names it, and quotes no value.
    package var isConstraintViolation: Bool { code.hasPrefix("23") || code.hasPrefix("44") }
    /// Class 42: a table, column or type that is not there (any more), or that we may not use.
    package var isSyntaxOrAccessError: Bool { code.hasPrefix("42") }
    /// A class that is none of PostgreSQL's own: whoever wrote a trigger has chosen it.
    package var isApplications: Bool { !Self.classes.contains(code.prefix(2)) }
    /// Worth the same transaction again.
    package var isTransient: Bool { self == .serializationFailure || self == .deadlockDetected }

    /// PostgreSQL 18, appendix A.
    private static let classes: Set<Substring> = [
        "00", "01", "02", "03", "08", "09", "0A", "0B", "0F", "0L", "0P", "0Z", "10", "20", "21", "22", "23", "24", "25", "26",
        "27",
        "28", "2B", "2D", "2F", "34", "38", "39", "3B", "3D", "3F", "40", "42", "44", "53", "54", "55", "57", "58", "72", "F0",
        "HV",
        "P0", "XX",
    ]
}
