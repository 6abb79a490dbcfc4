package import Directory

/// Which table holds the users, by what every users table has: a key, an address, perhaps a password, and other tables that
/// point at it.
package struct UsersTableFinder {
    private let survey: DatabaseSurvey

    package init(_ survey: DatabaseSurvey) { self.survey = survey }

    /// The likeliest tables, best first; two with one score are the operator's to tell apart.
    package var candidates: [(table: SurveyedTable, score: Int)] {
        survey.tables.compactMap { table in score(table).map { (table, $0) } }
            .sorted { ($1.score, $0.table.name) < ($0.score, $1.table.name) }
    }

    private func score(_ table: SurveyedTable) -> Int? {
        guard table.key != nil else { return nil }
        let names = ColumnNames(table)
        let name = words(table.name.split(separator: ".").last.map(String.init) ?? "")
        let saysUsers =
            ["user", "users"].contains(name.last)
            ? 10 : ["account", "accounts", "member", "members", "people"].contains(name.last) ? 5 : 0
        guard names.email != nil || saysUsers > 0 else { return nil }
        let referring = survey.tables.filter { $0.references.contains { $0.table == table.name } }.count
        return saysUsers + (name.count == 1 ? 2 : 0) + (names.email == nil ? 0 : 4) + (names.passwordHash == nil ? 0 : 5)
            + (names.clerkUserID == nil ? 0 : 3) + min(referring, 5)
    }
}

/// The columns of a users table, by the names that applications give them.
package struct ColumnNames {
    private let table: SurveyedTable

    package init(_ table: SurveyedTable) { self.table = table }

    package var email: String? { first(["email", "emailaddress", "mail", "useremail", "primaryemail"], [.text, .other]) }
    package var passwordHash: String? {
        first(
            ["hashedpassword", "passwordhash", "passworddigest", "encryptedpassword", "pwhash", "passwd", "password"],
            [.text, .other])
    }
    package var clerkUserID: String? { first(["clerkuserid", "clerkid", "clerkuser"], [.text, .other]) }
    package var migratedAt: String? { first(["migratedat", "clerkmigratedat", "migratedon"], [.time]) }
    package var emailVerified: String? {
        first(
            [
                "emailverified", "isemailverified", "emailisverified", "emailverifiedat", "emailconfirmed", "emailconfirmedat",
                "confirmedat", "isverified",
            ],
            [.boolean, .time, .integer])
    }
    package var active: String? { first(["isactive", "active", "enabled", "isenabled"], [.boolean, .integer]) }
    package var role: String? {
        first(["role", "userrole", "roles", "isadmin", "admin", "issuperuser", "isstaff"], [.text, .other, .boolean, .integer])
    }
    package var firstName: String? { first(["firstname", "givenname", "forename"], [.text, .other]) }
    package var lastName: String? { first(["lastname", "familyname", "surname"], [.text, .other]) }
    package var createdAt: String? {
        first(["createdat", "createdon", "datejoined", "insertedat", "created", "registeredat"], [.time])
    }
    package var updatedAt: String? { first(["updatedat", "updatedon", "modifiedat", "updated"], [.time]) }
    /// Columns that say the opposite of `active`, or something like it: not a decision for a program.
    package var doubtfulActive: String? {
        first(["status", "isdisabled", "disabled", "isbanned", "banned", "suspendedat", "deletedat", "isdeleted", "blocked"], nil)
    }

    private func first(_ names: [String], _ kinds: [SurveyedColumn.Kind]?) -> String? {
        for name in names {
            if let column = table.columns.first(where: { plain($0.name) == name && kinds?.contains($0.kind) ?? true }) {
                return column.name
            }
        }
        return nil
    }
}
