import Authentication
import Migration

/// A selection as conditions on `u`. Columns come out of the catalogue and values go as parameters, so that no word of the
/// command line becomes SQL.
struct MigrationFilter {
    private(set) var conditions: [String] = []
    private(set) var parameters: [String] = []
    private let users: UsersTable

    /// `nil`: nobody can be meant.
    init?(_ selection: MigrationSelection, _ users: UsersTable) throws(DirectoryError) {
        self.users = users
        switch selection {
        case .everybody: break
        case .user(let id):
            guard let text = users.id.type.canonical(id.text) else { return nil }
            add("u.\(users.id.quoted) =", text, as: users.id.type)
        case .email(let address):
            guard let email = users.email, !address.utf8.contains(0) else { return nil }
            parameters = [foldedASCII(address)]
            conditions = ["\(users.dialect.folded(email, of: "u")) = $1"]
        case .cohort(let cohort):
            for condition in cohort.conditions { try add(condition) }
        }
    }

    private mutating func add(_ expression: String, _ value: String, as type: ColumnType) {
        parameters.append(value)
        conditions.append("\(expression) \(users.dialect.parameter(parameters.count, as: type))")
    }

    private mutating func add(_ condition: Cohort.Condition) throws(DirectoryError) {
        let column = try users.catalogue.required(condition.column)
        switch condition.test {
        case .isNull(let isNull): conditions.append("u.\(column.quoted) IS \(isNull ? "" : "NOT ")NULL")
        case .compare(let comparison, let value):
            add("u.\(column.quoted) \(Self.sign(comparison))", try fitted(value, column), as: column.type)
        case .among(let values):
            var places: [String] = []
            for value in values {
                parameters.append(try fitted(value, column))
                places.append(users.dialect.parameter(parameters.count, as: column.type))
            }
            conditions.append("u.\(column.quoted) IN (\(places.joined(separator: ", ")))")
        }
    }

    private static func sign(_ comparison: Cohort.Comparison) -> String {
        switch comparison {
        case .equal: "="
        case .different: "<>"
        case .atMost: "<="
        case .atLeast: ">="
        case .less: "<"
        case .more: ">"
        }
    }

    /// SQLite would compare a number with a word, and find something; PostgreSQL refuses by itself.
    private func fitted(_ value: String, _ column: Column) throws(DirectoryError) -> String {
        let misfit = DirectoryError.misfit(
            .refused("the value \(value) does not fit column \(column.quoted), which is \(column.type.fullName)", sqlstate: nil))
        guard !value.utf8.contains(0) else { throw misfit }
        guard users.dialect == .sqlite else { return value }
        switch column.type.kind {
        case .integer:
            guard Int64(value) != nil else { throw misfit }
            return value
        case .boolean:
            switch foldedASCII(value) {
            case "1", "true": return "1"
            case "0", "false": return "0"
            default: throw misfit
            }
        case .uuid, .text, .time, .other: return value
        }
    }
}
