internal import Authentication
internal import Identity
internal import JSON
internal import Migration
internal import Telemetry

/// What a run came to.
struct MigrateReport {
    let batch: String
    /// The dump that this run has made is not to be made again.
    let hasBackup: Bool
    let tally: MigrationTally
    let halt: MigrationHalt?
    /// The reading before the first call.
    let isAfterStart: MigrationReport
    /// Where everybody stands, over all runs.
    let counts: [PersonState: Int]?

    private var toSettle: Int { tally.count(.conflict) + tally.count(.failed) + tally.unclearRenewals }

    var code: ExitCode {
        switch halt {
        case .clerk, .directory: .remote
        case .stopped: .partial
        case nil: toSettle + isAfterStart.lint.defective > 0 ? .partial : .ok
        }
    }

    private var ending: String? {
        let again = hasBackup ? "run it again with --no-backup to go on" : "run the same command again to go on"
        return switch halt {
        case nil: nil
        case .stopped: "stopped as asked; \(again)"
        case .clerk(let reason): "stopped by Clerk: \(reason); \(again)"
        case .directory(let reason): "stopped because the directory is away or refuses: \(reason); \(again)"
        }
    }

    private var causes: [(cause: MigrationTally.Cause, cases: Cases)] {
        tally.causes.map { (cause: $0.key, cases: $0.value) }.sorted {
            ($1.cases.count, $0.cause.code) < ($0.cases.count, $1.cause.code)
        }
    }

    var text: String {
        var lines = [
            "batch \(batch)", "", "linked            \(tally.count(.linked))", "  created now     \(tally.created)",
            "  in Clerk before \(tally.found)",
            "passwords renewed \(tally.renewed)", "conflicts         \(tally.count(.conflict))",
            "refused by Clerk  \(tally.count(.failed))",
        ]
        if isAfterStart.lint.defective > 0 {
            lines.append("to be mended      \(isAfterStart.lint.defective)   (segue migrate --dry-run says what)")
        }
        for (cause, cases) in causes {
            let about = cause.parameter.map { " (\($0))" } ?? ""
            lines += ["", "\(cause.code)\(about): \(counted(cases.count, "person", "people")): \(cases.ids)".onOneLine]
            lines.append("  \(cause.remedy)")
        }
        if let ending { lines += ["", ending.onOneLine] }
        return lines.joined(separator: "\n")
    }

    var json: String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("batch", batch)
        writer.member("finished", halt == nil)
        writer.member("ending", ending)
        writer.member("created", Int64(tally.created))
        writer.member("found_in_clerk", Int64(tally.found))
        writer.member("passwords_renewed", Int64(tally.renewed))
        for state in [PersonState.linked, .conflict, .failed, .skipped] { writer.member(state.rawValue, Int64(tally.count(state))) }
        writer.member("to_be_mended", Int64(isAfterStart.lint.defective))
        writer.member("unclear_replies", Int64(tally.troubles))
        writer.key("causes")
        writer.beginArray()
        for (cause, cases) in causes {
            writer.beginObject()
            writer.member("state", cause.state.rawValue)
            writer.member("code", cause.code)
            writer.member("parameter", cause.parameter)
            cases.write(to: &writer)
            writer.member("remedy", cause.remedy)
            writer.endObject()
        }
        writer.endArray()
        if let counts {
            writer.key("people")
            writer.beginObject()
            for state in PersonState.allCases { writer.member(state.rawValue, Int64(counts[state] ?? 0)) }
            writer.endObject()
        }
        writer.endObject()
        return writer.text
    }
}

extension MigrationTally.Cause {
    /// What somebody does about it.
    fileprivate var remedy: String {
        switch (state, code) {
        case (.linked, Migrator.staleDigest):
            "the password was changed in the old system after its owner had signed in with Clerk: Clerk keeps the one it has"
        case (.conflict, "row_gone"): "the row was deleted after its user had been created: segue reconcile names them"
        case (.conflict, "database_refused"):
            "the database refuses the link: its log says why; run this again when it is mended"
        case (_, "reply_unclear"):
            "Clerk gave no clear answer for them, again and again; run this again, and ask Clerk if it stays so"
        case (.conflict, _) where parameter != nil && parameter?.contains("email") != true:
            "somebody in Clerk has it: find them in its dashboard, then segue link ID CLERK_USER, or change the row"
        case (.conflict, _):
            "segue review shows who has it in Clerk; segue link ID CLERK_USER joins them, when it is the same person"
        case (_, "form_password_digest_invalid_code"):
            "Clerk does not take the digest: set migrate.passwordHasher, or empty the column for these rows"
        case (_, "form_data_missing"): "the instance demands more than the row has: name it in migrate.required, and mend the rows"
        case (_, "form_param_unknown"): "this instance has not switched on what the row brings: switch it on in Clerk's dashboard"
        case (_, "not_allowed_access"): "Clerk's allow-list or block-list refuses the address"
        default: "mend the row, or what Clerk's dashboard demands, and run this again"
        }
    }
}
