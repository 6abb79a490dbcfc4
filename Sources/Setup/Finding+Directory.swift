package import Directory
import JSON
package import Settings

/// What the inspection of a database means for its operator.
extension Finding {
    /// - Parameter isNeeded: whether some route depends on the directory; else what `segue schema apply` makes may wait.
    package static func all(of inspection: DirectoryInspection, _ settings: DirectorySettings, isNeeded: Bool) -> [Finding] {
        let database = Finding(.ok, "database", "database_answers", "\(inspection.server) answers")
        return [database, Finding(inspection.pooling, settings)]
            + inspection.problems.map { problem in
                let finding = Finding(problem, inspection)
                return isNeeded || !problem.mayWait ? finding : finding.weakened
            }
    }

    private var weakened: Finding {
        Finding(.warning, area, code, text, remedy: remedy.map { "\($0), before a route leaves observe" })
    }

    private init(_ pooling: Pooling, _ settings: DirectorySettings) {
        switch (pooling, settings.prepared, settings.directURL) {
        case (.transaction, true, _):
            self.init(
                .error, "database", "pooler_prepared",
                "a pooler in transaction mode stands before the database, and statements are prepared",
                remedy: "\"prepared\": false and a directUrl past the pooler, in directory")
        case (.transaction, false, nil), (.session, _, nil):
            self.init(
                .warning, "database", "pooler_deaf",
                "a pooler stands before the database: changes by other replicas may not arrive",
                remedy: "a directUrl past the pooler, in directory")
        case (.transaction, false, _), (.session, _, _):
            self.init(.ok, "database", "pooler", "a pooler, and directUrl leads past it")
        case (.none, false, _):
            self.init(
                .note, "database", "not_prepared", "nothing is prepared, and no pooler stands before the database",
                remedy: "leave out \"prepared\": false")
        case (.none, true, _): self.init(.ok, "database", "pooler", "no pooler in between")
        }
    }

    private init(_ problem: DirectoryProblem, _ inspection: DirectoryInspection) {
        self.init(problem.severity, "database", problem.code, problem.shortText, remedy: problem.remedy(inspection))
    }

    package init(_ failure: DirectorySchema.Failure) {
        switch failure {
        case .problem(let problem):
            self.init(problem.severity, "database", problem.code, problem.shortText, remedy: problem.remedy(nil))
        case .unavailable(let reason):
            self.init(
                .unreachable, "database", "database_away", "the database cannot be asked: \(reason)",
                remedy: "is DATABASE_URL the right one, and the server up?")
        }
    }
}

extension DirectoryProblem {
    /// What `segue schema apply` (with `--add`) mends, and nothing misses while every route observes.
    fileprivate var mayWait: Bool {
        switch self {
        case .noState, .noIndex, .noColumnYet: true
        default: false
        }
    }

    fileprivate var severity: Finding.Severity {
        switch self {
        case .noFile, .noTable, .noColumn, .noColumnYet, .unfitType, .provisionIncomplete, .noProvision, .noState, .duplicates,
            .noIndex, .query,
            .refused, .idNotUnique, .noPrivilege:
            .error
        case .linkRequired, .deletionCannotUnlink, .ambiguousEmails, .notClerkIDs, .mappingDiffers: .warning
        }
    }

    fileprivate var code: String {
        switch self {
        case .noFile: "file_missing"
        case .noTable: "table_missing"
        case .noColumn, .noColumnYet: "column_missing"
        case .unfitType: "column_type"
        case .provisionIncomplete: "provision_incomplete"
        case .noProvision: "provision_missing"
        case .noState: "schema_missing"
        case .duplicates: "duplicates"
        case .noIndex: "index_missing"
        case .query: "query"
        case .refused: "database_refused"
        case .idNotUnique: "id_not_unique"
        case .linkRequired: "link_required"
        case .deletionCannotUnlink: "deletion_cannot_unlink"
        case .ambiguousEmails: "emails_ambiguous"
        case .notClerkIDs: "not_clerk_ids"
        case .mappingDiffers: "mapping_differs"
        case .noPrivilege: "privilege_missing"
        }
    }

    /// Without the remedy, which stands apart.
    fileprivate var shortText: String {
        switch self {
        case .noColumn(let table, let column, _), .noColumnYet(let table, let column, _): "table \(table) has no column \(column)"
        case .noState(let missing): "\(missing) is missing"
        case .noIndex(let table, let on): "there is no unique or fitting index of \(table) on \(on)"
        default: description
        }
    }

    fileprivate func remedy(_ inspection: DirectoryInspection?) -> String? {
        switch self {
        case .noFile: "the path of the application's own database file, in directory.url"
        case .noTable(let name):
            nearest(name, inspection?.tables) ?? "the users table's name in directory.users.table; and may our role read it?"
        case .noColumn(_, let name, let remedy):
            [nearest(name, inspection?.columns), remedy].compactMap { $0 }.joined(separator: " Or: ")
        case .noColumnYet(_, let name, let creation):
            [nearest(name, inspection?.columns), "`segue schema apply --add`, or \(creation)"].compactMap { $0 }
                .joined(separator: " Or: ")
        case .unfitType: "another column, or another type for this one"
        case .provisionIncomplete(_, let columns):
            "a template for each in directory.provision.columns, such as \"\(columns.first ?? "name")\": \"…\""
        case .noProvision: "directory.provision, or \"unknown\": \"refuse\""
        case .noState, .noIndex: "`segue schema apply`"
        case .duplicates: "settle which row each belongs to; no unique index can be built before"
        case .query: "mend the query in routes.json, or GRANT SELECT on its tables"
        case .refused: nil
        case .idNotUnique: "a primary key on it; an id must name one person"
        case .linkRequired(let table, let column):
            "ALTER TABLE \(table) ALTER COLUMN \(column) DROP NOT NULL; until the last person is linked"
        case .deletionCannotUnlink: "\"deactivate\" or \"remove\" in directory.linking.afterDelete"
        case .ambiguousEmails: "these people are not linked by their address; settle them with `segue review` as they arrive"
        case .notClerkIDs: "NULL where nobody is linked; an id of your own belongs into another column"
        case .mappingDiffers: "decide which is right; Segue reads the column and writes both"
        case .noPrivilege(let table, let column, let privilege):
            "GRANT \(privilege)\(column.map { " (\($0))" } ?? "") ON \(table) TO our role; see docs/database.md, Roles"
        }
    }

    private func nearest(_ quoted: String, _ names: [String]?) -> String? {
        let name = quoted.split(separator: "\"").last.map(String.init) ?? quoted
        let known = names ?? []
        // `hashed_password` and `password_hash` are many edits apart, and the same words; `user_id` has those of `id`.
        let wanted = Set(stems(name))
        let same = known.filter { Set(stems($0)).isSuperset(of: wanted) }.min { words($0).count < words($1).count }
        return (same ?? nearestName(to: name, in: known)).map { "did you mean \($0)?" }
    }

    private func stems(_ name: String) -> [String] { words(name).map { $0 == "hashed" ? "hash" : $0 } }
}
