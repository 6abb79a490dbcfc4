internal import Directory
internal import Files
internal import Settings
internal import Setup

/// What `segue init` reads from the database: the catalogue, and a few values where names do not tell enough.
struct DatabaseReading {
    private let request: InitRequest
    init(_ request: InitRequest) { self.request = request }

    /// `nil` where nobody names a database.
    func read() async throws(InitFailure) -> Surroundings.Database? {
        guard let written, let location = try location(written) else { return nil }
        let surveyor = DatabaseSurveyor(location)
        let isSQLite = if case .sqlite = location { true } else { false }
        let wanted = request.usersTable
        let result: Result<Surroundings.Database, DirectorySchema.Failure>
        do {
            result = try await onLoop {
                await SchemaCommand.outcome { () throws(DirectorySchema.Failure) in
                    var database = Surroundings.Database(url: written, isSQLite: isSQLite, survey: try await surveyor.survey())
                    database.pooling = try await surveyor.pooling()
                    database.choose(wanted)
                    if let users = database.users, let id = users.key {
                        database.ids = try await surveyor.values(of: id, in: users.name)
                        if let role = ColumnNames(users).role {
                            database.roles = try await surveyor.values(of: role, in: users.name)
                        }
                    }
                    return database
                }
            }
        } catch {
            throw InitFailure("\(error)")
        }
        switch result {
        case .success(let database):
            if let wanted, database.users == nil { throw InitFailure("the database has no table \(wanted) with a primary key") }
            return database
        case .failure(let failure): throw InitFailure("the database cannot be read: \(failure)", .remote)
        }
    }

    /// What the file says of the database: the environment's variable, or the words of the command line without a password.
    private var written: String? {
        guard let given = request.database else {
            let isSet =
                !(request.environment["DATABASE_URL"] ?? "").isEmpty || !(request.environment["DATABASE_URL_FILE"] ?? "").isEmpty
            return isSet ? "${DATABASE_URL}" : nil
        }
        let shown = Self.withoutPassword(given)
        return shown == given ? given : "${DATABASE_URL:-\(shown)}"
    }

    /// The settings' own reading of the words.
    private func location(_ written: String) throws(InitFailure) -> DirectorySettings.Location? {
        let url = request.database ?? written
        let text = Proposal(draftWith: url).text
        do throws(SettingsFailure) {
            return try SettingsLoader.load(Array(text.utf8), path: request.output, environment: request.environment)
                .settings.directory?.location
        } catch {
            guard case .invalid(_, let problems, _) = error else { throw InitFailure(error.description) }
            throw InitFailure(
                problems.map { "the database: found \($0.found), expected \($0.expected)" + ($0.hint.map { "; \($0)" } ?? "") }
                    .joined(separator: "\n"))
        }
    }

    /// `postgresql://name:secret@host/db` → `postgresql://name@host/db`. A password among the parameters goes with all of them.
    private static func withoutPassword(_ url: String) -> String {
        guard let scheme = url.firstRange(of: "://") else { return url }
        var rest = String(url[scheme.upperBound...])
        if let mark = rest.firstIndex(of: "?"), rest[mark...].lowercased().contains("password") { rest = String(rest[..<mark]) }
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        if let at = authority.lastIndex(of: "@"), let colon = authority[..<at].firstIndex(of: ":") {
            rest = String(rest[..<colon] + rest[at...])
        }
        return String(url[..<scheme.upperBound]) + rest
    }
}

extension Surroundings.Database {
    /// The table that was named, or the likeliest.
    fileprivate mutating func choose(_ wanted: String?) {
        if let wanted {
            users = survey.tables.first { $0.name == wanted && $0.key != nil }
            return
        }
        let candidates = UsersTableFinder(survey).candidates
        users = candidates.first?.table
        rivals = candidates.dropFirst().filter { $0.score == candidates[0].score }.map(\.table.name)
    }
}
