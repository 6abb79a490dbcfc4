package import Authentication
import Identity
package import Migration
import Settings
import Telemetry

/// Whom a migration is about.
package enum MigrationSelection: Sendable, Equatable {
    case everybody
    case user(UserID)
    /// Every row that has it in some ASCII case.
    case email(String)
    case cohort(Cohort)
}

/// The names of the users table as SQL takes them, for remedies that can be pasted.
package struct MigrationNames: Sendable {
    package let table: String
    package let id: String
    package let email: String?
    /// The column of links in the users table.
    package let clerkUserID: String?
    package let passwordHash: String?
    package let phone: String?
    package let username: String?
    package let createdAt: String?
    package let totpSecret: String?
}

/// Reads the users table in the order of its ids, page by page, in one read-only transaction: what is shared between rows
/// and what each row says are of one moment.
struct MigrationReader {
    private let connection: any SQLConnection
    private let users: UsersTable
    private let columns: MigrationColumns
    private let joins: String

    init(_ settings: DirectorySettings, _ migrate: MigrationSettings, on connection: any SQLConnection) async throws(DirectoryError)
    {
        self.connection = connection
        try await Self.begin(on: connection)
        // A rehearsal comes first of all: what `segue schema apply --add` is still to make holds nothing yet.
        let catalogue = try await Catalogue(of: settings.users.table, on: connection)
        let unmade = AddedColumn.missing(in: catalogue, settings.users, connection.dialect).map(\.column.name)
        let settings = settings.without(unmade)
        users = try await UsersTable(settings, catalogue, on: connection)
        let hasPeople = try await Self.hasState("people", on: connection)
        columns = try MigrationColumns(settings.users, migrate, users, hasPeople: hasPeople)
        joins = try await Self.hasState("links", on: connection) ? users.joins : users.joinsWithoutState
    }

    var names: MigrationNames { columns.names }

    func read(
        _ selection: MigrationSelection, _ page: ([LegacyRow], SharedIdentifiers) -> Void
    ) async throws(DirectoryError) {
        guard let filter = try MigrationFilter(selection, users) else { return }
        let shared = try await columns.shared { question throws(DirectoryError) in try await rows(question, []) }
        var last: String?
        while true {
            let read = try await self.page(filter, after: last)
            // A mapping that is not unique yields a row once for each of its entries.
            var people: [LegacyRow] = []
            for row in read where row[0] != nil && row[0] != last {
                last = row[0]
                people.append(columns.row(row, users.user(row)))
            }
            if !people.isEmpty { page(people, shared) }
            guard read.count == Limits.migrationPage, !people.isEmpty else { return }
        }
    }

    private func page(_ filter: MigrationFilter, after last: String?) async throws(DirectoryError) -> [[String?]] {
        let dialect = users.dialect
        var (conditions, parameters) = (filter.conditions, filter.parameters)
        if let last {
            parameters.append(last)
            conditions.append("u.\(users.id.quoted) > \(dialect.parameter(parameters.count, as: users.id.type))")
        }
        let question = """
            SELECT \((users.columns + columns.expressions).joined(separator: ", ")) FROM \(users.name.quoted) u\(joins)
            \(conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND "))
            ORDER BY u.\(users.id.quoted) LIMIT \(Limits.migrationPage)
            """
        do throws(DirectoryError) { return try await rows(question, parameters) } catch .invalidValue {
            throw .misfit(.refused("a value of the filter does not fit its column", sqlstate: nil))
        }
    }

    private func rows(_ question: String, _ parameters: [String?]) async throws(DirectoryError) -> [[String?]] {
        try await connection.rows(question, parameters, timeoutMilliseconds: Limits.inspectionMilliseconds + 500)
    }
}

extension MigrationReader {
    /// The server itself refuses to write, and to work on one statement without end.
    private static func begin(on connection: any SQLConnection) async throws(DirectoryError) {
        switch connection.dialect {
        case .postgres:
            try await connection.rows("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            try await connection.rows("SET LOCAL statement_timeout = \(Limits.inspectionMilliseconds)")
        case .sqlite: try await connection.rows("BEGIN")
        }
    }

    private static func hasState(_ table: String, on connection: any SQLConnection) async throws(DirectoryError) -> Bool {
        do throws(DirectoryError) {
            _ = try await Catalogue(of: connection.dialect.state(table), on: connection)
            return true
        } catch .misfit(.noTable) {
            return false
        }
    }
}
