import Authentication
import Identity
import Settings

/// The users table and where its links stand, held against the catalogue: every name is a column that exists, and the
/// texts of the look-ups are built once.
struct UsersTable: Sendable {
    /// What says whose Clerk user a row is.
    enum LinkSource: Sendable {
        /// A column of the users table; the id itself where the id is the Clerk user id.
        case column(Column)
        case mapping(MappingTable)
        /// Only Segue's own table.
        case links
    }

    let dialect: Dialect
    let name: SQLName
    let catalogue: Catalogue
    let id: Column
    let email: Column?
    let migratedAt: Column?
    let active: Column?
    let source: LinkSource
    /// Written in the transaction of every link; read only where it is the source.
    let mapping: MappingTable?
    /// What `user(_:)` reads, of `u` and what is joined to it.
    let columns: [String]
    private let select: String
    let joins: String
    private let mappingJoin: String

    init(_ settings: DirectorySettings, on connection: any SQLConnection) async throws(DirectoryError) {
        try await self.init(settings, Catalogue(of: settings.users.table, on: connection), on: connection)
    }

    /// - Parameter catalogue: of the users table, as it is or as it is about to be.
    init(_ settings: DirectorySettings, _ catalogue: Catalogue, on connection: any SQLConnection) async throws(DirectoryError) {
        let users = settings.users
        dialect = connection.dialect
        var catalogue = catalogue
        catalogue.additions = AddedColumn.missing(in: catalogue, users, dialect)
        self.catalogue = catalogue
        name = catalogue.table
        id = try catalogue.required(users.id)
        email = try catalogue.optional(users.email)
        migratedAt = try catalogue.optional(users.migratedAt)
        if let declared = settings.mapping {
            mapping = try await MappingTable(declared, on: connection)
        } else {
            mapping = nil
        }
        if let column = try catalogue.optional(users.clerkUserID) {
            source = .column(column)
        } else if let mapping {
            source = .mapping(mapping)
        } else {
            source = .links
        }
        for synced in settings.sync { _ = try catalogue.optional(settings.column(of: synced)) }
        let verified = try catalogue.optional(users.emailVerified)
        active = try catalogue.optional(users.active)
        let role = try catalogue.optional(users.role)
        let clerkUser =
            switch source {
            case .column(let column): "u.\(column.quoted)"
            case .mapping(let mapping): "m.\(mapping.clerkUserID.quoted)"
            case .links: "l.clerk_user_id"
            }
        let isVerified = try verified?.condition("u", table: name, acceptsTime: true)
        let isActive = try active?.condition("u", table: name)
        columns = [
            dialect.text("u.\(id.quoted)"), dialect.text(email, of: "u"),
            isVerified.map { "CASE WHEN \($0) THEN 1 ELSE 0 END" } ?? "NULL",
            dialect.text(role, of: "u"),
            // NULL is not active: a condition that is neither true nor false yields 0.
            "CASE WHEN l.tombstoned_at IS NULL AND \(isActive ?? "1 = 1") THEN 1 ELSE 0 END",
            "NULLIF(\(dialect.text(clerkUser)), '')",
        ]
        select = "SELECT \(columns.joined(separator: ", ")) FROM \(name.quoted) u"
        if case .mapping(let mapping) = source {
            mappingJoin = " LEFT JOIN \(mapping.name.quoted) m ON m.\(mapping.userID.quoted) = u.\(id.quoted)"
        } else {
            mappingJoin = ""
        }
        joins = Self.join(dialect.state("links"), dialect, id) + mappingJoin
    }

    private static func join(_ links: String, _ dialect: Dialect, _ id: Column) -> String {
        " LEFT JOIN \(links) l ON l.user_id = \(dialect.text("u.\(id.quoted)"))"
    }

    /// What is joined to the users table where Segue's own tables are still to be made: no links, no tombstones.
    var joinsWithoutState: String {
        Self.join("(SELECT NULL AS user_id, NULL AS clerk_user_id, NULL AS tombstoned_at WHERE 1 = 0)", dialect, id) + mappingJoin
    }

    // MARK: Look-ups

    var byID: String { "\(select)\(joins) WHERE u.\(id.quoted) = \(dialect.parameter(1, as: id.type))" }

    /// The row itself is locked, not what is joined to it.
    var byIDLocking: String { byID + dialect.lockingUsers }

    var byClerkUser: String {
        let condition =
            switch source {
            case .column(let column): "u.\(column.quoted) = \(dialect.parameter(1, as: column.type))"
            case .mapping(let mapping): "m.\(mapping.clerkUserID.quoted) = \(dialect.parameter(1, as: mapping.clerkUserID.type))"
            // The join goes from a row to its link; this way back it takes the id's own index.
            case .links: "l.clerk_user_id = $1 AND u.\(id.quoted) = \(dialect.stored("l.user_id", as: id.type))"
            }
        return "\(select)\(joins) WHERE \(condition) LIMIT 2"
    }

    var byEmail: String? {
        email.map { "\(select)\(joins) WHERE \(dialect.folded($0, of: "u")) = $1 LIMIT 2" }
    }

    var counts: String {
        switch source {
        case .column(let column): "SELECT count(*), count(NULLIF(\(dialect.text(column.quoted)), '')) FROM \(name.quoted)"
        case .mapping(let mapping):
            "SELECT (SELECT count(*) FROM \(name.quoted)), (SELECT count(DISTINCT \(mapping.userID.quoted)) FROM \(mapping.name.quoted))"
        case .links: "SELECT (SELECT count(*) FROM \(name.quoted)), (SELECT count(*) FROM \(dialect.state("links")))"
        }
    }

    /// The row that a look-up yielded.
    func user(_ row: [String?]) -> DirectoryUser {
        DirectoryUser(
            id: UserID(row[0] ?? ""), email: row[1], isEmailVerified: row[2].map { $0 == "1" }, role: row[3],
            isActive: row[4] == "1",
            clerkUser: row[5].map(ClerkUserID.init))
    }

    /// Whether the id column is the Clerk user id itself: then there is no link to write.
    var isKeyedByClerk: Bool {
        if case .column(let column) = source { column.name == id.name } else { false }
    }
}

/// A table of links beside the users table, or instead of a column there.
struct MappingTable: Sendable {
    let name: SQLName
    let userID: Column
    let clerkUserID: Column
    let createdAt: Column?

    init(_ settings: DirectorySettings.Mapping, on connection: any SQLConnection) async throws(DirectoryError) {
        let catalogue = try await Catalogue(of: settings.table, on: connection)
        name = catalogue.table
        userID = try catalogue.required(settings.userID)
        clerkUserID = try catalogue.required(settings.clerkUserID)
        createdAt = try catalogue.optional(settings.createdAt)
    }
}

extension Column {
    /// Whether a row says yes in this column. A time says yes by being there (`email_verified_at`), where that makes sense.
    fileprivate func condition(_ alias: String, table: SQLName, acceptsTime: Bool = false) throws(DirectoryError) -> String {
        let column = "\(alias).\(quoted)"
        switch type.kind {
        case .boolean where type.name.hasPrefix("\""): return column
        case .boolean, .text: return "lower(CAST(\(column) AS TEXT)) IN ('1', 't', 'true', 'y', 'yes', 'active')"
        case .integer: return "\(column) <> 0"
        case .time where acceptsTime: return "\(column) IS NOT NULL"
        case .time, .uuid, .other:
            throw .misfit(.unfitType(table: table.quoted, column: quoted, type: type.fullName, needed: "boolean or a whole number"))
        }
    }
}
