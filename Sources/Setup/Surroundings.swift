package import Directory

/// All that `segue init` has found out before it proposes settings. The proposal asks nobody: what it needs is here.
package struct Surroundings: Sendable {
    package var environment: [String: String]
    package var document: OpenAPIDocument?
    package var database: Database?
    /// As given on the command line.
    package var origin: String?
    package var apps: [String] = []
    package var listen: String?

    package init(environment: [String: String]) { self.environment = environment }

    package struct Database: Sendable {
        /// What `routes.json` says of it: never a password.
        package var url: String
        package var isSQLite: Bool
        package var survey: DatabaseSurvey
        package var pooling = Pooling.none
        package var users: SurveyedTable?
        /// Tables that look as much like users as the chosen one.
        package var rivals: [String] = []
        /// Some ids, and some roles, that are there.
        package var ids: [String] = []
        package var roles: [String] = []

        package init(url: String, isSQLite: Bool, survey: DatabaseSurvey) {
            (self.url, self.isSQLite, self.survey) = (url, isSQLite, survey)
        }
    }

    /// Whether a variable, or the file that `NAME_FILE` names, has a value under one of these names.
    func hasVariable(_ names: String...) -> String? {
        names.first { !(environment[$0] ?? "").isEmpty || !(environment[$0 + "_FILE"] ?? "").isEmpty }
    }
}
