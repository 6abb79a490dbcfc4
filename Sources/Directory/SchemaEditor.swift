import Settings

/// `segue schema`: makes Segue's tables and the indexes that it needs, records what it added, and takes back only that.
final class SchemaEditor {
    let connection: any SQLConnection
    private let settings: DirectorySettings
    var dialect: Dialect { connection.dialect }

    init(_ settings: DirectorySettings, on connection: any SQLConnection) {
        (self.settings, self.connection) = (settings, connection)
    }

    /// The statements that `apply` would run now.
    func plan(adds: Bool) async throws(DirectoryError) -> [String] {
        let missing = try await missingColumns(adds)
        var plan = try await stateStatements() + missing.map(\.creation)
        for index in try await neededIndexes(with: missing) where try await !isPresent(index) {
            try await refuseDuplicates(index, unless: missing)
            plan.append(index.creation(dialect))
        }
        return plan
    }

    /// Runs again without harm: what is there is left alone. Returns the statements that were run.
    func apply(adds: Bool) async throws(DirectoryError) -> [String] {
        let missing = try await missingColumns(adds)
        let indexes = try await neededIndexes(with: missing)
        var done: [String] = []
        let statements = try await stateStatements()
        if !statements.isEmpty {
            try await connection.transaction { () async throws(DirectoryError) in
                for statement in statements { try await run(statement) }
                try await connection.setMeta("schema_version", Schema.version)
            }
            done += statements
        }
        for column in missing {
            try await add(column)
            done.append(column.creation)
        }
        for index in indexes where try await !isPresent(index) {
            try await refuseDuplicates(index)
            // Recorded first: a build that dies half way leaves something for `revert` to find.
            try await connection.setMeta("added:\(index.name)", index.removal(dialect))
            // PostgreSQL leaves an invalid index behind when a build fails; it serves nobody and blocks the name.
            try await run(index.removal(dialect))
            try await run(index.creation(dialect))
            done.append(index.creation(dialect))
        }
        return done
    }

    /// Drops the indexes and columns that `apply` added, then Segue's own tables.
    func revert() async throws(DirectoryError) -> [String] {
        guard try await exists("meta") else { return [] }
        let added = try await connection.rows(
            "SELECT key, value FROM \(dialect.state("meta")) WHERE key LIKE 'added:%' ORDER BY key")
        // Indexes before columns: SQLite drops no column that an index is on.
        let isColumn = { (row: [String?]) in row[0]?.hasPrefix(AddedColumn.metaPrefix) ?? false }
        let removals = (added.filter { !isColumn($0) } + added.filter(isColumn)).compactMap { $0[1] }
        let drops = Schema.tables.reversed().map { "DROP TABLE IF EXISTS \(dialect.state($0))" }
        // Without CASCADE: what somebody else put there stays, and says so.
        let all = try await proofRemoval() + removals + drops + (dialect == .postgres ? ["DROP SCHEMA segue"] : [])
        for statement in all { try await run(statement) }
        return all
    }

    /// What a `not-null` of `segue finalize` that was cut short has left holds new rows to a column that is to go.
    private func proofRemoval() async throws(DirectoryError) -> [String] {
        guard dialect == .postgres else { return [] }
        let table = SQLName(settings.users.table).quoted
        let found = try await connection.rows(
            "SELECT 1 FROM pg_constraint WHERE conrelid = to_regclass($1) AND conname = $2", [table, Session.proofName])
        return found.isEmpty ? [] : ["ALTER TABLE \(table) DROP CONSTRAINT \(quote(Session.proofName))"]
    }

    /// How many links, ledger rows and values in added columns `revert` would forget.
    func remembered() async throws(DirectoryError) -> Int {
        var count = 0
        for table in ["links", "ledger"] where try await exists(table) {
            count += try await self.count("SELECT count(*) FROM \(dialect.state(table))")
        }
        guard try await exists("meta") else { return count }
        for name in AddedColumn.remembering(settings.users)
        where try await connection.meta(AddedColumn.metaKey(name)) != nil {
            let catalogue = try await Catalogue(of: settings.users.table, on: connection)
            guard let column = catalogue.column(name) else { continue }
            count += try await self.count("SELECT count(\(column.quoted)) FROM \(catalogue.table.quoted)")
        }
        return count
    }

    private func count(_ question: String) async throws(DirectoryError) -> Int {
        Int(try await connection.rows(question, [], timeoutMilliseconds: Limits.schemaMilliseconds)[0][0] ?? "") ?? 0
    }

    /// The column and the note that it is ours, both or neither: `revert` must never drop one that somebody else added.
    private func add(_ column: AddedColumn) async throws(DirectoryError) {
        try await connection.transaction { () async throws(DirectoryError) in
            // Whoever holds the table is waited for, and everybody else behind us: not for long.
            if dialect == .postgres { try await run("SET LOCAL lock_timeout = \(Limits.tableLockMilliseconds)") }
            try await run(column.creation)
            try await connection.setMeta(column.metaKey, column.removal(dialect))
        }
    }

    /// None where none are to be added; then what is missing is refused by name.
    private func missingColumns(_ adds: Bool) async throws(DirectoryError) -> [AddedColumn] {
        guard adds else { return [] }
        return AddedColumn.missing(
            in: try await Catalogue(of: settings.users.table, on: connection), settings.users, dialect)
    }

    private func neededIndexes(with missing: [AddedColumn]) async throws(DirectoryError) -> [UserIndex] {
        let catalogue = try await Catalogue(of: settings.users.table, on: connection).adding(missing.map(\.column))
        return UserIndex.needed(try await UsersTable(settings, catalogue, on: connection))
    }

    /// Everything that `serve` would stumble over.
    func problems(with queries: [LegacyQuery]) async throws(DirectoryError) -> [DirectoryProblem] {
        let session = try await session()
        var problems: [DirectoryProblem] = []
        let lookUps = [session.users.byID, session.users.byClerkUser, session.users.byEmail].compactMap { $0 }
        for query in lookUps.map({ LegacyQuery(path: "directory.users", sql: $0) }) + queries {
            if let problem = try await problem(of: query) { problems.append(problem) }
        }
        for index in UserIndex.needed(session.users) where try await !isPresent(index) {
            problems.append(.noIndex(table: index.table.quoted, on: index.expression))
        }
        if let problem = try session.provisionProblem() { problems.append(problem) }
        return problems
    }

    /// What the database has against a query, if anything; it is planned and not run.
    func problem(of query: LegacyQuery) async throws(DirectoryError) -> DirectoryProblem? {
        do throws(DirectoryError) {
            try await connection.rows("EXPLAIN " + query.sql, Array(repeating: nil, count: query.parameters))
            return nil
        } catch {
            switch error {
            case .misfit(.refused(let message, let state)): return .query(path: query.path, message: message, sqlstate: state)
            case .refused(let message), .unfit(let message): return .query(path: query.path, message: message, sqlstate: nil)
            case .invalidValue: return .query(path: query.path, message: "a value in it does not fit its type", sqlstate: nil)
            case .away, .timedOut, .conflict, .transient, .lockedOut, .misfit: throw error
            }
        }
    }

    func session() async throws(DirectoryError) -> Session { try await Session(settings, on: connection) }

    // MARK: What is there

    private func exists(_ table: String) async throws(DirectoryError) -> Bool {
        do throws(DirectoryError) {
            _ = try await Catalogue(of: dialect.state(table), on: connection)
            return true
        } catch .misfit(.noTable) {
            return false
        }
    }

    /// What makes Segue's own tables those of this version; nothing where they are.
    private func stateStatements() async throws(DirectoryError) -> [String] {
        guard try await !isStateComplete() else { return [] }
        var statements = Schema.statements(dialect)
        for later in Schema.laterColumns where try await exists(later.table) {
            let catalogue = try await Catalogue(of: dialect.state(later.table), on: connection)
            if catalogue.column(later.column) == nil { statements.append(Schema.addition(later, dialect)) }
        }
        return statements
    }

    /// Whether Segue's own tables are those of this version, and none was dropped since.
    private func isStateComplete() async throws(DirectoryError) -> Bool {
        for table in Schema.tables where try await !exists(table) { return false }
        return try await connection.meta("schema_version") == Schema.version
    }

    private func run(_ statement: String) async throws(DirectoryError) {
        _ = try await connection.rows(statement, [], timeoutMilliseconds: Limits.schemaMilliseconds)
    }
}
