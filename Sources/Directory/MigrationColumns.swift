import Identity
import Migration
import Settings
import Telemetry

/// The columns that only a migration reads, behind those of every look-up.
struct MigrationColumns {
    private typealias Setter = @Sendable (inout LegacyRow, String) -> Void

    let names: MigrationNames
    private(set) var expressions: [String] = []
    private var setters: [Setter] = []
    private let table: UsersTable
    private let phone: Column?
    private let username: Column?

    /// - Parameter hasPeople: whether Segue's own table of people is there, which knows what Clerk was told.
    init(
        _ users: DirectorySettings.Users, _ migrate: MigrationSettings, _ table: UsersTable, hasPeople: Bool = true
    ) throws(DirectoryError) {
        self.table = table
        let catalogue = table.catalogue
        username = try catalogue.optional(users.username)
        phone = try catalogue.optional(users.phone)
        let passwordHash = try catalogue.optional(users.passwordHash)
        let totpSecret = try catalogue.optional(users.totpSecret)
        let createdAt = try catalogue.optional(users.createdAt)
        names = MigrationNames(
            table: table.name.quoted, id: table.id.quoted, email: table.email?.quoted,
            clerkUserID: try catalogue.optional(users.clerkUserID)?.quoted, passwordHash: passwordHash?.quoted,
            phone: phone?.quoted, username: username?.quoted, createdAt: createdAt?.quoted, totpSecret: totpSecret?.quoted)
        add(username) { $0.username = $1 }
        add(phone) { $0.phone = $1 }
        add(try catalogue.optional(users.name)) { $0.name = $1 }
        add(try catalogue.optional(users.firstName)) { $0.firstName = $1 }
        add(try catalogue.optional(users.lastName)) { $0.lastName = $1 }
        if let passwordHash { add(bytes(passwordHash)) { $0.passwordHash = Secret($1) } }
        add(totpSecret) { $0.totpSecret = Secret($1) }
        add(try catalogue.optional(users.backupCodes)) { $0.backupCodes = Secret($1) }
        if let createdAt { add(try seconds(createdAt)) { $0.createdAt = LegacyTime(number: $1) } }
        if hasPeople {
            let people = table.dialect.state("people")
            add("(SELECT p.digest FROM \(people) p WHERE p.user_id = \(table.columns[0]))") { $0.toldDigest = $1 }
        }
        for item in migrate.publicMetadata {
            let column = try catalogue.required(item.column)
            add(column) { $0.publicMetadata.append(Metadatum(item.name, Self.value($1, column.type))) }
        }
        for item in migrate.privateMetadata {
            let column = try catalogue.required(item.column)
            add(column) { $0.privateMetadata.append(Metadatum(item.name, Self.value($1, column.type))) }
        }
    }

    /// - Parameter read: the columns of every look-up, and then ours.
    func row(_ read: [String?], _ user: DirectoryUser) -> LegacyRow {
        var row = LegacyRow(user: user)
        for (setter, value) in zip(setters, read.dropFirst(table.columns.count)) {
            if let value { setter(&row, value) }
        }
        return row
    }

    private mutating func add(_ column: Column?, _ setter: @escaping Setter) {
        guard let column else { return }
        add(table.dialect.text("u.\(column.quoted)"), setter)
    }

    private mutating func add(_ expression: String, _ setter: @escaping Setter) {
        expressions.append(expression)
        setters.append(setter)
    }

    private static func value(_ text: String, _ type: ColumnType) -> Metadatum.Value {
        switch type.kind {
        case .integer: .number(text)
        case .boolean: .bool(["1", "t", "true"].contains(text))
        case .uuid, .text, .time, .other: .text(text)
        }
    }
}

// What is not text already.
extension MigrationColumns {
    /// Python's bcrypt yields bytes, and some applications store them so.
    private func bytes(_ column: Column) -> String {
        let isBytes = table.dialect == .postgres && column.type.name == "\"pg_catalog\".\"bytea\""
        return isBytes ? "encode(u.\(column.quoted), 'escape')" : table.dialect.text("u.\(column.quoted)")
    }

    /// Seconds since 1970. A time without a zone is taken for UTC.
    private func seconds(_ column: Column) throws(DirectoryError) -> String {
        let name = "u.\(column.quoted)"
        switch (table.dialect, column.type.kind) {
        case (.postgres, .time): return "extract(epoch FROM \(name))::text"
        case (.postgres, .integer): return "\(name)::text"
        // SQLite holds what it was given, whatever the column's type; a text that is no time yields NULL, and is none.
        case (.sqlite, _):
            return """
                CASE typeof(\(name)) WHEN 'null' THEN NULL WHEN 'text' THEN COALESCE(strftime('%s', \(name)), 'unreadable')
                ELSE CAST(\(name) AS TEXT) END
                """
        case (.postgres, _):
            throw .misfit(
                .unfitType(
                    table: table.name.quoted, column: column.quoted, type: column.type.fullName,
                    needed: "a time, or a whole number of seconds or milliseconds"))
        }
    }
}

// What more than one row has.
extension MigrationColumns {
    func shared(_ ask: (String) async throws(DirectoryError) -> [[String?]]) async throws(DirectoryError) -> SharedIdentifiers {
        func values(_ column: Column?, isFolded: Bool = true) async throws(DirectoryError) -> Set<String> {
            guard let column else { return [] }
            let value = isFolded ? table.dialect.folded(column, of: "u") : table.dialect.text("u.\(column.quoted)")
            let question = "SELECT \(value) FROM \(table.name.quoted) u WHERE \(value) <> '' GROUP BY 1 HAVING count(*) > 1"
            return Set(try await ask(question).compactMap { $0[0] })
        }
        var shared = SharedIdentifiers()
        shared.emails = try await values(table.email)
        shared.usernames = try await values(username)
        shared.phones = try await values(phone, isFolded: false)
        return shared
    }
}
