import Settings

/// What `segue doctor` finds in a database.
package struct DirectoryInspection: Sendable {
    /// `PostgreSQL 15.4`
    package let server: String
    package let pooling: Pooling
    package let problems: [DirectoryProblem]
    /// The columns of the users table, and the tables that there are: a misspelt name is near one of them.
    package let columns: [String]
    package let tables: [String]
}

/// Looks at everything that the settings say about a database. The checks before `serve` stop at the first name that is
/// missing; here each is named, and the rest is looked at as if the settings had not spoken of it.
final class DirectoryInspector {
    let connection: any SQLConnection
    let settings: DirectorySettings
    var problems: [DirectoryProblem] = []
    private var columns: [String] = []

    init(_ settings: DirectorySettings, on connection: any SQLConnection) {
        (self.settings, self.connection) = (settings, connection)
    }

    func inspect(_ queries: [LegacyQuery], pooling: Pooling, takesMessages: Bool, invites: Bool, upgrades: Bool)
        async throws(DirectoryError) -> DirectoryInspection
    {
        let server = try await version()
        let isPrepared = try await inspectState()
        let users = try await inspectUsers()
        if let users {
            try await inspectIndexes(users)
            try await inspectValues(users, isPrepared: isPrepared)
            if connection.dialect == .postgres {
                try await inspectPrivileges(
                    users, isPrepared: isPrepared, takesMessages: takesMessages, invites: invites, upgrades: upgrades)
            }
            if let problem = try ProvisionedRow.problem(settings.without(missing(users.catalogue)), users) {
                problems.append(problem)
            }
        }
        try await inspect(queries)
        return DirectoryInspection(
            server: server, pooling: pooling, problems: problems, columns: columns,
            tables: columns.isEmpty ? try await tables() : [])
    }

    private func version() async throws(DirectoryError) -> String {
        switch connection.dialect {
        case .postgres: "PostgreSQL \(try await connection.rows("SHOW server_version")[0][0] ?? "")"
        case .sqlite: "SQLite \(try await connection.rows("SELECT sqlite_version()")[0][0] ?? "")"
        }
    }

    /// Whether Segue's own tables are there.
    private func inspectState() async throws(DirectoryError) -> Bool {
        do throws(DirectoryError) {
            try await Session.requireState(on: connection)
            return true
        } catch .misfit(let problem) {
            problems.append(problem)
            return false
        }
    }

    private func tables() async throws(DirectoryError) -> [String] {
        let question =
            switch connection.dialect {
            case .postgres: "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p', 'v') AND pg_table_is_visible(oid)"
            case .sqlite: "SELECT name FROM sqlite_master WHERE type IN ('table', 'view')"
            }
        return try await connection.rows(question).compactMap { $0[0] }
    }

    private func inspect(_ queries: [LegacyQuery]) async throws(DirectoryError) {
        let editor = SchemaEditor(settings, on: connection)
        for query in queries {
            if let problem = try await editor.problem(of: query) { problems.append(problem) }
        }
    }
}

// Names and types.
extension DirectoryInspector {
    /// The users table as far as it is there; `nil` where it is not, or has no id.
    private func inspectUsers() async throws(DirectoryError) -> UsersTable? {
        var catalogue: Catalogue
        do throws(DirectoryError) { catalogue = try await Catalogue(of: settings.users.table, on: connection) } catch .misfit(
            let problem)
        {
            problems.append(problem)
            return nil
        }
        columns = catalogue.columns.map(\.name)
        catalogue.additions = AddedColumn.missing(in: catalogue, settings.users, connection.dialect)
        let missing = missing(catalogue)
        for name in missing { problems.append(catalogue.problem(without: name)) }
        guard !missing.contains(settings.users.id) else { return nil }
        return try await readable(settings.without(missing), catalogue)
    }

    private func missing(_ catalogue: Catalogue) -> [String] {
        var missing: [String] = []
        for name in settings.users.columns where catalogue.column(name) == nil && !missing.contains(name) { missing.append(name) }
        return missing
    }

    /// Leaves out, one after the other, what the settings ask of the wrong table or of a column of the wrong type.
    private func readable(_ settings: DirectorySettings, _ catalogue: Catalogue) async throws(DirectoryError) -> UsersTable? {
        var settings = settings
        for _ in 0..<settings.users.columns.count {
            do throws(DirectoryError) {
                return try await UsersTable(settings, catalogue, on: connection)
            } catch .misfit(let problem) {
                problems.append(problem)
                switch problem {
                case .unfitType(_, let column, _, _):
                    settings = settings.without(catalogue.columns.map(\.name).filter { quote($0) == column })
                // Every name of the users table is there: this one is the mapping's.
                case .noTable, .noColumn, .noColumnYet:
                    guard settings.mapping != nil else { return nil }
                    settings.mapping = nil
                default: return nil
                }
            }
        }
        return nil
    }
}
