import Telemetry

/// What stands between the settings and this database. Each says what to do about it.
package enum DirectoryProblem: Error, Hashable, Sendable, CustomStringConvertible {
    /// SQLite has no such file, or may not open it.
    case noFile(path: String, message: String)
    case noTable(String)
    case noColumn(table: String, column: String, remedy: String)
    /// Likewise, and `segue schema apply --add` makes it.
    case noColumnYet(table: String, column: String, creation: String)
    /// The column is of a type that cannot say what the settings ask of it.
    case unfitType(table: String, column: String, type: String, needed: String)
    /// Provisioning states no value for these NOT NULL columns without a default.
    case provisionIncomplete(table: String, columns: [String])
    case noProvision
    /// `segue schema apply` has not been run, or not by this version.
    case noState(missing: String)
    /// Two rows with one Clerk user id would stand in the way of the unique index.
    case duplicates(table: String, column: String, values: [String])
    /// Without this index two rows can get one Clerk user id, or look-ups read the whole table.
    case noIndex(table: String, on: String)
    /// The database does not understand a query, or our role may not ask it.
    case query(path: String, message: String, sqlstate: String?)
    case refused(String, sqlstate: String?)

    // What only `segue doctor` looks for.

    /// Nothing keeps two rows from having one id.
    case idNotUnique(table: String, column: String)
    /// The link column is NOT NULL: nobody who has no Clerk user yet can have a row.
    case linkRequired(table: String, column: String)
    /// The same, where Clerk's deletions are to set it to NULL.
    case deletionCannotUnlink(table: String, column: String)
    /// Addresses that more than one row has, in some ASCII case.
    case ambiguousEmails(table: String, column: String, count: Int)
    /// Values in the link column that no Clerk user has for an id.
    case notClerkIDs(table: String, column: String, count: Int)
    /// People whose Clerk user the mapping and the column tell differently.
    case mappingDiffers(table: String, column: String, mapping: String, count: Int)
    case noPrivilege(table: String, column: String?, privilege: String)

    private static func said(_ message: String, _ state: String?) -> String { (state.map { "SQLSTATE \($0): " } ?? "") + message }

    package var description: String {
        switch self {
        case .noFile(let path, let message):
            "directory.url: \(path): \(message); Segue makes no database, it adds its tables to the application's"
        case .noTable(let table): "directory.users.table: there is no table \(table) that we may read"
        case .noColumn(let table, let column, let remedy): "table \(table) has no column \(column); \(remedy)"
        case .noColumnYet(let table, let column, let creation):
            "table \(table) has no column \(column); to add it: `segue schema apply --add`, or \(creation)"
        case .unfitType(let table, let column, let type, let needed): "\(table).\(column) is of type \(type); needed is \(needed)"
        case .provisionIncomplete(let table, let columns):
            "directory.provision.columns states no value for NOT NULL columns of \(table): \(columns.joined(separator: ", "))"
        case .noProvision: "directory.linking.unknown is provision, and directory.provision is missing"
        case .noState(let missing): "\(missing) is missing: run `segue schema apply`"
        case .duplicates(let table, let column, let values):
            "\(table).\(column) holds these values more than once: \(values.joined(separator: ", "))"
        case .noIndex(let table, let on): "there is no unique or fitting index of \(table) on \(on): run `segue schema apply`"
        case .query(let path, let message, let state): "\(path): \(Self.said(message, state))"
        case .refused(let message, let state): Self.said(message, state)
        case .idNotUnique(let table, let column): "nothing keeps two rows of \(table) from having one \(column)"
        case .linkRequired(let table, let column): "\(table).\(column) is NOT NULL: who has no Clerk user yet can have no row"
        case .deletionCannotUnlink(let table, let column):
            "directory.linking.afterDelete is unlink, and \(table).\(column) is NOT NULL: whom Clerk deletes is deactivated instead"
        case .ambiguousEmails(let table, let column, let count):
            "\(counted(count, "address", "addresses")) in \(table).\(column) \(count == 1 ? "belongs" : "belong") to more than one row when A–Z is taken for a–z"
        case .notClerkIDs(let table, let column, let count):
            "\(counted(count, "value")) of \(table).\(column) \(count == 1 ? "does" : "do") not begin with user_, as Clerk's user ids do"
        case .mappingDiffers(let table, let column, let mapping, let count):
            "\(counted(count, "person has", "people have")) one Clerk user in \(mapping) and another one, or none, in \(table).\(column)"
        case .noPrivilege(let table, let column, let privilege):
            "our role may not \(privilege) \(table)\(column.map { " (\($0))" } ?? "")"
        }
    }
}
