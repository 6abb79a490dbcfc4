import Directory
import JSON
import Telemetry

// The users.
extension Proposal {
    mutating func directory() -> JSONValue? {
        guard let database = surroundings.database else {
            note("directory", "DATABASE_URL is not set", look: "the application's environment; or --database URL")
            return nil
        }
        guard let users = database.users, let id = users.key else {
            note(
                "directory.users", "no table looks like the users",
                look: "\(counted(database.survey.tables.count, "table")) of the database; name it with --users")
            return nil
        }
        if !database.rivals.isEmpty {
            note(
                "directory.users.table", "\(database.rivals.joined(separator: ", ")) may hold the users as well as \(users.name)",
                look: "name it with --users")
        }
        let names = ColumnNames(users)
        let isKeyedByClerk = isKeyedByClerk(database)
        var members: [(String, JSONValue)] = [("url", .string(database.url))]
        if database.pooling == .transaction {
            members.append(("prepared", .bool(false)))
            note(
                "directory.directUrl", "a pooler in transaction mode stands before the database",
                look: "the address of PostgreSQL itself")
        }
        let mapping = isKeyedByClerk ? nil : credentials?.mapping
        var clerkUserID = isKeyedByClerk ? id : names.clerkUserID
        if clerkUserID == nil, mapping == nil { clerkUserID = newLinkColumn(users) }
        members.append(("users", .object(columns(users, id, names, clerkUserID))))
        if let mapping {
            found.append("directory.mapping: \(mapping.table.name)")
            var columns: [(String, JSONValue)] = [
                ("table", .string(mapping.table.name)), ("userId", .string(mapping.user)),
                ("clerkUserId", .string(mapping.clerkUser)),
            ]
            if let createdAt = mapping.createdAt { columns.append(("createdAt", .string(createdAt))) }
            members.append(("mapping", .object(columns)))
        }
        members.append(("linking", linking(names, database)))
        return .object(members)
    }

    /// Whether the rows that are there have Clerk user ids for keys.
    private mutating func isKeyedByClerk(_ database: Surroundings.Database) -> Bool {
        guard let users = database.users, let id = users.key, users.column(id)?.kind == .text else { return false }
        guard !database.ids.isEmpty else {
            note(
                "directory.users.clerkUserId", "\(users.name) is empty: its text ids may be Clerk user ids, or not",
                look: "what the application writes there")
            return false
        }
        return database.ids.allSatisfy { $0.hasPrefix("user_") }
    }

    /// A name for the column that `segue schema apply --add` makes: a route that observes needs none.
    private mutating func newLinkColumn(_ users: SurveyedTable) -> String? {
        let name = "clerk_user_id"
        if let other = users.columns.first(where: { plain($0.name) == plain(name) }) {
            note(
                "directory.users.clerkUserId", "\(other.name) is of a type that holds no Clerk user id", look: "what it is for")
            return nil
        }
        note(
            "directory.users.clerkUserId", "no column holds Clerk user ids; \(name) is named, which is still to be made",
            look: "`segue schema apply --add`, before a route leaves observe")
        return name
    }

    private mutating func columns(_ users: SurveyedTable, _ id: String, _ names: ColumnNames, _ clerkUserID: String?) -> [(
        String, JSONValue
    )] {
        let named: [(String, String?)] = [
            ("table", users.name), ("id", id), ("email", names.email), ("clerkUserId", clerkUserID),
            ("migratedAt", names.migratedAt),
            ("passwordHash", names.passwordHash), ("emailVerified", names.emailVerified), ("active", names.active),
            ("role", names.role), ("firstName", names.firstName), ("lastName", names.lastName), ("createdAt", names.createdAt),
            ("updatedAt", names.updatedAt),
        ]
        let present = named.compactMap { name, column in column.map { (name, $0) } }
        let there = present.filter { $0.0 == "table" || users.column($0.1) != nil }
        found.append("directory.users: " + there.map { "\($0.0) = \($0.1)" }.joined(separator: ", "))
        if names.email == nil {
            note("directory.users.email", "no column looks like an address", look: "people are then linked by external_id only")
        }
        if names.active == nil, let doubtful = names.doubtfulActive {
            note(
                "directory.users.active", "\(doubtful) may say who is locked out",
                look: "active names a column that is true for who may pass")
        }
        return present.map { ($0.0, .string($0.1)) }
    }

    private mutating func linking(_ names: ColumnNames, _ database: Surroundings.Database) -> JSONValue {
        var members: [(String, JSONValue)] = []
        if names.emailVerified != nil {
            members.append(("legacyEmail", .string("verified-column")))
        } else {
            members.append(("legacyEmail", .string("untrusted")))
            note(
                "directory.linking.legacyEmail", "whether the old system verified addresses before it let people in",
                look:
                    "its registration; \"trusted\" only if it did, because whoever registered somebody else's address is linked to them"
            )
        }
        members.append(("unknown", .string("refuse")))
        let roles = privilegedRoles(names, database)
        if !roles.isEmpty { members.append(("privilegedRoles", .array(roles.map { .string($0) }))) }
        return .object(members)
    }

    /// Rows that no address alone may take over.
    private mutating func privilegedRoles(_ names: ColumnNames, _ database: Surroundings.Database) -> [String] {
        guard let role = names.role, let column = database.users?.column(role) else {
            note(
                "directory.linking.privilegedRoles", "no column tells administrators apart", look: "how the application knows them")
            return []
        }
        if column.kind == .boolean || column.kind == .integer { return ["true", "1"] }
        let strong = ["admin", "owner", "root", "super", "staff", "support", "moderator"]
        let roles = database.roles.filter { role in strong.contains { role.lowercased().contains($0) } }
        if roles.isEmpty {
            note(
                "directory.linking.privilegedRoles", "no value of \(role) says administrator; [\"admin\"] is a guess",
                look: "SELECT DISTINCT \(sql(role))")
            return ["admin"]
        }
        found.append("directory.linking.privilegedRoles: \(roles.joined(separator: ", "))")
        return roles
    }
}
