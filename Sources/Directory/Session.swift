import Authentication
import Identity
import Settings
import Telemetry

/// One connection, and the questions of the directory that it answers. Look-ups stand here, changes in the extensions.
final class Session {
    let connection: any SQLConnection
    let settings: DirectorySettings
    let users: UsersTable

    var dialect: Dialect { connection.dialect }

    /// Reads the catalogue: a table or column that is missing ends the session before it begins. One for the application's own
    /// queries needs nothing of Segue's: a gateway that only observes asks them before the database has heard of it.
    init(_ settings: DirectorySettings, on connection: any SQLConnection, kind: LaneKind = .lookUps) async throws(DirectoryError) {
        self.settings = settings
        self.connection = connection
        do throws(DirectoryError) {
            if kind != .legacy { try await Self.requireState(on: connection) }
            users = try await UsersTable(kind == .legacy ? settings.withIDsAlone : settings, on: connection)
        } catch {
            connection.close()
            throw error
        }
    }

    static func requireState(on connection: any SQLConnection) async throws(DirectoryError) {
        for table in Schema.tables {
            do throws(DirectoryError) {
                let catalogue = try await Catalogue(of: connection.dialect.state(table), on: connection)
                for later in Schema.laterColumns where later.table == table && catalogue.column(later.column) == nil {
                    throw .misfit(.noState(missing: "\(connection.dialect.state(table)).\(later.column)"))
                }
            } catch .misfit(.noTable) {
                throw .misfit(.noState(missing: connection.dialect.state(table)))
            }
        }
    }

    func close() { connection.close() }

    // MARK: Look-ups

    func user(_ id: UserID) async throws(DirectoryError) -> DirectoryUser? {
        try await row(of: id, users.byID)
    }

    /// A column may compare more loosely than we do (citext, NOCASE): only the very id counts.
    func row(of id: UserID, _ question: String) async throws(DirectoryError) -> DirectoryUser? {
        guard let text = users.id.type.canonical(id.text) else { return nil }
        return try await lookUp(question, text).first { $0.id.text == text || users.id.type.kind == .other }
    }

    /// A row that a transaction rests on: held, and then read by a statement that starts after that. The one that waits for a row sees it
    /// as it is when the wait is over, and what is joined to it, the link and the tombstone, as it was before.
    func heldRow(of id: UserID) async throws(DirectoryError) -> DirectoryUser? {
        if dialect == .postgres { _ = try await row(of: id, users.byIDLocking) }
        return try await user(id)
    }

    func user(linkedTo clerkUser: ClerkUserID) async throws(DirectoryError) -> DirectoryUser? {
        try await lookUp(users.byClerkUser, clerkUser.text).first { $0.clerkUser == clerkUser }
    }

    func users(withEmail email: String) async throws(DirectoryError) -> [DirectoryUser] {
        guard let question = users.byEmail else { return [] }
        return try await lookUp(question, foldedASCII(email))
    }

    /// A value that does not fit its column is in no row.
    private func lookUp(_ question: String, _ value: String) async throws(DirectoryError) -> [DirectoryUser] {
        guard !value.utf8.contains(0) else { return [] }
        do throws(DirectoryError) {
            return try await connection.rows(question, [value]).map(users.user)
        } catch .invalidValue {
            return []
        }
    }

    func migrationCounts() async throws(DirectoryError) -> MigrationCounts {
        let row = try await connection.rows(users.counts)[0]
        return MigrationCounts(total: Int(row[0] ?? "") ?? 0, migrated: Int(row[1] ?? "") ?? 0)
    }

    func ledgerCreated(_ clerkUser: ClerkUserID) async throws(DirectoryError) -> Bool {
        try await !connection.rows(
            "SELECT 1 FROM \(dialect.state("ledger")) WHERE clerk_user_id = $1 AND action = $2 LIMIT 1",
            [clerkUser.text, LedgerAction.createClerkUser.rawValue]
        ).isEmpty
    }

    // MARK: The queries of `legacy` entries

    /// The first column of the first row. A token that does not even fit the column's type is nobody's.
    func firstValue(_ query: String, _ token: Secret) async throws(DirectoryError) -> String? {
        do throws(DirectoryError) {
            return try await connection.rows(query, [token.exposeText()]).first?.first ?? nil
        } catch .invalidValue {
            return nil
        }
    }

    /// Whether there is a row; `nil` where a value does not fit its column.
    func hasRow(_ query: String, _ values: [String?]) async throws(DirectoryError) -> Bool? {
        do throws(DirectoryError) { return try await !connection.rows(query, values).isEmpty } catch .invalidValue { return nil }
    }

    /// A statement that writes a session of the application's; whether it returned a row.
    func write(_ statement: String, _ token: Secret, _ user: UserID?, until: UnixTime) async throws(DirectoryError) -> Bool {
        let values = [token.exposeText()] + (user.map { [$0.text] } ?? []) + [time(until)]
        return try await !connection.rows(statement, values).isEmpty
    }

    // MARK: State

    func time(_ time: UnixTime) -> String { dialect == .postgres ? time.timestamp + "+00" : time.timestamp }
}
