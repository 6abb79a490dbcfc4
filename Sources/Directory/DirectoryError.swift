import Authentication
import Postgres
import SQLite

/// Why a statement or a transaction came to nothing, in either database.
enum DirectoryError: Error, Hashable, Sendable {
    /// The connection broke, or none could be made: the same question on another may be answered.
    case away(String)
    case timedOut
    /// Another transaction has the same unique value.
    case conflict(String)
    /// A deadlock or serialization failure: the same transaction again may go through.
    case transient
    /// Somebody else holds the lock for longer than this statement may wait.
    case lockedOut
    /// A value does not fit the type that it is compared with.
    case invalidValue
    /// The database does not take this row as it would become: a constraint or a trigger of the application's.
    case unfit(String)
    /// The database has not what the settings name. The connection reads the catalogue anew.
    case misfit(DirectoryProblem)
    /// Anything else that the database refused.
    case refused(String)

    /// Whether the connection that said so is of no further use.
    var endsSession: Bool {
        switch self {
        case .away, .timedOut, .misfit: true
        case .conflict, .transient, .lockedOut, .invalidValue, .unfit, .refused: false
        }
    }

    var unavailable: Unavailable {
        switch self {
        case .away(let message), .unfit(let message), .refused(let message): .away(message)
        case .timedOut: .timedOut
        case .conflict(let message): .away("lost every race: \(message)")
        case .transient: .away("every attempt ended in a deadlock")
        case .lockedOut: .away("somebody else holds the table; try again when they have ended")
        case .invalidValue: .away("a value does not fit its column")
        case .misfit(let problem): .away(problem.description)
        }
    }
}

extension DirectoryError {
    init(_ error: PostgresError) {
        switch error {
        case .invalidConnectionString: self = .away("directory.url is not a connection string")
        case .unreachable(let message), .lost(let message): self = .away(message)
        case .timedOut: self = .timedOut
        case .unsendable: self = .invalidValue
        case .server(let state, let message): self.init(state, message)
        }
    }

    private init(_ state: SQLState, _ message: String) {
        switch state {
        case .uniqueViolation: self = .conflict(message)
        case .lockNotAvailable: self = .lockedOut
        case _ where state.isTransient: self = .transient
        case _ where state.isDataException: self = .invalidValue  // Its message quotes the value: a token, an address.
        // Its words are the application's.
        case _ where state == .raiseException || state.isApplications: self = .unfit("SQLSTATE \(state.code): a trigger refused it")
        case _ where state.isConstraintViolation: self = .unfit("SQLSTATE \(state.code): \(message)")
        case .featureNotSupported, .invalidStatementName: self = .away("a prepared statement went stale: \(message)")
        case _ where state.isSyntaxOrAccessError: self = .misfit(.refused(message, sqlstate: state.code))
        default: self = .refused("SQLSTATE \(state.code): \(message)")
        }
    }

    init(_ error: SQLiteError) {
        switch error {
        case .cannotOpen(let path, let message): self = .misfit(.noFile(path: path, message: message))
        case .busy: self = .timedOut
        case .uniqueViolation(let message): self = .conflict(message)
        case .parameterCount(let expected, let given): self = .refused("a statement takes \(expected) parameters, not \(given)")
        case .failed(let code, let message):
            // SQLITE_ERROR: no such table or column; SQLITE_CONSTRAINT: a CHECK, a foreign key, a trigger's RAISE;
            // SQLITE_MISMATCH: text for an INTEGER PRIMARY KEY.
            switch code & 0xFF {
            case 1: self = .misfit(.refused(message, sqlstate: nil))
            case 19: self = .unfit("SQLite \(code): \(message)")
            case 20: self = .invalidValue
            default: self = .refused("SQLite \(code): \(message)")
            }
        }
    }
}
