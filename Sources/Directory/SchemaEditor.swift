import Settings

/// `segue schema`: makes Segue's tables and the indexes that it needs, records what it added, and takes back only that.
final class SchemaEditor {
    private let connection: any SQLConnection
    private let settings: DirectorySettings
    private var dialect: Dialect { connection.dialect }

    init(_ settings: DirectorySettings, on connection: any SQLConnection) {
        (self.settings, self.connection) = (settings, connection)
    }

    /// The statements that `apply` would run now.
    func plan() async throws(DirectoryError) -> [String] {
        var plan: [String] = []
        if try await !isStateComplete() { plan += Schema.statements(dialect) }
        for index in UserIndex.needed(try await UsersTable(settings, on: connection)) where try await !isPresent(index) {
            try await refuseDuplicates(index)
            plan.append(index.creation(dialect))
        }
        return plan
    }

    /// Runs again without harm: what is there is left alone. Returns the statements that were run.
    func apply() async throws(DirectoryError) -> [String] {
        let users = try await UsersTable(settings, on: connection)
        var done: [String] = []
        if try await !isStateComplete() {
            let statements = Schema.statements(dialect)
            try await connection.transaction { () async throws(DirectoryError) in
                for statement in statements { try await run(statement) }
                try await connection.setMeta("schema_version", Schema.version)
            }
            done += statements
        }
        for index in UserIndex.needed(users) where try await !isPresent(index) {
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

    /// Drops the indexes that `apply` added, then Segue's own tables.
    func revert() async throws(DirectoryError) -> [String] {
        guard try await exists("meta") else { return [] }
        let removals = try await connection.rows(
            "SELECT value FROM \(dialect.state("meta")) WHERE key LIKE 'added:%' ORDER BY key"
        ).compactMap { $0[0] }
        let drops = Schema.tables.reversed().map { "DROP TABLE IF EXISTS \(dialect.state($0))" }
        // Without CASCADE: what somebody else put there stays, and says so.
        let all = removals + drops + (dialect == .postgres ? ["DROP SCHEMA segue"] : [])
        for statement in all { try await run(statement) }
        return all
    }

    /// How many links and ledger rows `revert` would forget.
    func remembered() async throws(DirectoryError) -> Int {
        var count = 0
        for table in ["links", "ledger"] where try await exists(table) {
            count += Int(try await connection.rows("SELECT count(*) FROM \(dialect.state(table))")[0][0] ?? "") ?? 0
        }
        return count
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
    private func problem(of query: LegacyQuery) async throws(DirectoryError) -> DirectoryProblem? {
        do throws(DirectoryError) {
            try await connection.rows("EXPLAIN " + query.sql, Array(repeating: nil, count: query.parameters))
            return nil
        } catch {
            switch error {
            case .misfit(.refused(let message, let state)): return .query(path: query.path, message: message, sqlstate: state)
            case .refused(let message): return .query(path: query.path, message: message, sqlstate: nil)
            case .invalidValue: return .query(path: query.path, message: "a value in it does not fit its type", sqlstate: nil)
            case .away, .timedOut, .conflict, .transient, .misfit: throw error
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

    /// Whether Segue's own tables are those of this version, and none was dropped since.
    private func isStateComplete() async throws(DirectoryError) -> Bool {
        for table in Schema.tables where try await !exists(table) { return false }
        return try await connection.meta("schema_version") == Schema.version
    }

    private func run(_ statement: String) async throws(DirectoryError) {
        _ = try await connection.rows(statement, [], timeoutMilliseconds: Limits.schemaMilliseconds)
    }

    /// Ours, or one of the application's that does the same.
    private func isPresent(_ index: UserIndex) async throws(DirectoryError) -> Bool {
        switch dialect {
        case .postgres: try await isPresentInPostgres(index)
        case .sqlite: try await isPresentInSQLite(index)
        }
    }

    private func isPresentInPostgres(_ index: UserIndex) async throws(DirectoryError) -> Bool {
        try await !connection.rows(
            """
            SELECT 1 FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
            WHERE i.indrelid = to_regclass($1) AND i.indisvalid AND i.indisready AND i.indpred IS NULL
              AND (c.relname = $2 OR i.indnkeyatts = 1 AND \(index.isUnique
                ? "i.indisunique AND i.indexprs IS NULL AND pg_get_indexdef(i.indexrelid, 1, false) = quote_ident($3)"
                : "replace(replace(pg_get_indexdef(i.indexrelid, 1, false), '(', ''), ')', '') = replace(replace($3, '(', ''), ')', '')"))
            LIMIT 1
            """, [index.table.quoted, index.name, index.isUnique ? index.column.name : unquotedFold(index)]
        ).isEmpty
    }

    /// `pg_get_indexdef` quotes a name only where it must, and puts parentheses of its own.
    private func unquotedFold(_ index: UserIndex) -> String {
        index.column.name.utf8.allSatisfy { ($0 >= 0x61 && $0 <= 0x7A) || $0 == 0x5F }
            ? index.expression.split(separator: index.column.quoted, omittingEmptySubsequences: false).joined(
                separator: index.column.name)
            : index.expression
    }

    private func isPresentInSQLite(_ index: UserIndex) async throws(DirectoryError) -> Bool {
        let schema = index.table.schema ?? "main"
        let lists = try await connection.rows(
            "SELECT name, \"unique\", partial FROM pragma_index_list($1, $2)", [index.table.name, schema])
        for list in lists where list[2] == "0" {
            if list[0] == index.name { return true }
            guard index.isUnique, list[1] == "1" else { continue }
            let columns = try await connection.rows("SELECT name FROM pragma_index_info($1, $2)", [list[0], schema])
            if columns.count == 1, columns[0][0] == index.column.name { return true }
        }
        return false
    }

    private func refuseDuplicates(_ index: UserIndex) async throws(DirectoryError) {
        guard index.isUnique else { return }
        let duplicates = try await connection.rows(
            """
            SELECT \(dialect.text(index.column.quoted)) FROM \(index.table.quoted) WHERE \(index.column.quoted) IS NOT NULL
            GROUP BY \(index.column.quoted) HAVING count(*) > 1 ORDER BY 1 LIMIT 10
            """, [], timeoutMilliseconds: Limits.schemaMilliseconds
        ).compactMap { $0[0] }
        guard duplicates.isEmpty else {
            throw .misfit(.duplicates(table: index.table.quoted, column: index.column.quoted, values: duplicates))
        }
    }
}
