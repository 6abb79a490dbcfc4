internal import Authentication
internal import Directory
internal import Identity
internal import JSON
internal import Migration
internal import Settings
internal import Telemetry

/// `segue migrate --verify`: everybody who was migrated, field by field against Clerk. Nothing is written.
struct MigrateVerification: Sendable {
    private let settings: Settings
    private let directory: DirectorySettings
    private let selection: MigrationSelection
    private let now: UnixTime

    init(_ settings: Settings, _ directory: DirectorySettings, _ selection: MigrationSelection, at now: UnixTime) {
        (self.settings, self.directory, self.selection, self.now) = (settings, directory, selection, now)
    }

    /// Runs on a loop.
    func run(json: Bool) async -> ExitCode {
        let rules = MigrationRules(directory, settings.migrate)
        var people: [MigrationComparison.Person] = []
        var (rows, toMend) = (0, 0)
        do throws(DirectorySchema.Failure) {
            _ = try await DirectorySchema(directory).migrationRows(selection, settings.migrate) { page, shared in
                rows += page.count
                for row in page {
                    guard let user = rules.user(of: row, among: shared, at: now) else {
                        toMend += 1
                        continue
                    }
                    people.append(MigrationComparison.Person(row, user))
                }
            }
        } catch {
            return LongRun.fail(error)
        }
        guard rows > 0 || selection == .everybody else { return Terminal.fail("no row is meant", .precondition) }
        let asked = await ClerkLookUps.with(settings.clerk) { calls -> Result<MigrationComparison, ClerkCallFailure> in
            do throws(ClerkCallFailure) { return .success(try await calls.compare(people)) } catch { return .failure(error) }
        }
        switch asked {
        case nil: return Terminal.fail(ClerkLookUps.keyIsMissing, .precondition)
        case .failure(let failure): return Terminal.fail("\(failure)", .remote)
        case .success(let comparison):
            let report = VerificationReport(comparison: comparison, rows: rows, toMend: toMend)
            let said = Terminal.say(json ? report.json : report.text)
            return said == .ok && !comparison.isClean ? .failed : said
        }
    }
}

private struct VerificationReport {
    let comparison: MigrationComparison
    let rows: Int
    /// Rows that could not be migrated as they are, and so are not compared.
    let toMend: Int

    /// The commonest first.
    private var differences: [(difference: MigrationComparison.Difference, cases: Cases)] {
        comparison.differences.map { (difference: $0.key, cases: $0.value) }.sorted {
            ($1.cases.count, $0.difference.kind.code, $1.difference.hasSignedIn ? 1 : 0)
                < ($0.cases.count, $1.difference.kind.code, $0.difference.hasSignedIn ? 1 : 0)
        }
    }

    var text: String {
        var lines = [
            "\(counted(rows, "row")) read and held against Clerk; nothing was written", "",
            "compared          \(comparison.compared)", "linked otherwise  \(comparison.linkedOtherwise)",
            "not migrated      \(comparison.notMigrated)", "to be mended      \(toMend)",
        ]
        for (difference, cases) in differences {
            let since = difference.hasSignedIn ? ", signed in since" : ""
            lines += ["", "\(difference.kind.code)\(since): \(counted(cases.count, "person", "people")): \(cases.ids)".onOneLine]
            lines.append("  \(difference.remedy)")
        }
        if comparison.isClean {
            lines += ["", comparison.differences.isEmpty ? "everything is in Clerk as the rows have it" : "nothing is to be done"]
        }
        return lines.joined(separator: "\n")
    }

    var json: String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("rows", Int64(rows))
        writer.member("compared", Int64(comparison.compared))
        writer.member("linked_otherwise", Int64(comparison.linkedOtherwise))
        writer.member("not_migrated", Int64(comparison.notMigrated))
        writer.member("to_be_mended", Int64(toMend))
        writer.member("clean", comparison.isClean)
        writer.key("differences")
        writer.beginArray()
        for (difference, cases) in differences {
            writer.beginObject()
            writer.member("code", difference.kind.code)
            writer.member("signed_in_since", difference.hasSignedIn)
            cases.write(to: &writer)
            writer.member("remedy", difference.remedy)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return writer.text
    }
}

extension MigrationComparison.Kind {
    fileprivate var code: String {
        switch self {
        case .gone: "gone"
        case .notLinked: "not_linked"
        case .linkedElsewhere: "linked_elsewhere"
        case .member(let name): name
        case .passwordChanged: "password_changed"
        }
    }
}

extension MigrationComparison.Difference {
    fileprivate var remedy: String {
        switch kind {
        case .gone: "Clerk has no such user any more: segue unlink ID, and the next segue migrate makes another"
        case .notLinked: "run segue migrate again: it links whom it finds"
        case .linkedElsewhere: "two users in Clerk are one person's: see segue explain --user ID before either is deleted"
        case .passwordChanged where hasSignedIn:
            "changed in the old system after they had signed in with Clerk, which keeps its own"
        case .passwordChanged: "changed in the old system: the next segue migrate tells Clerk"
        case .member where hasSignedIn: "they may have changed it themselves in Clerk"
        case .member: "the row or the user was changed since: mend it in Clerk's dashboard, or in the row"
        }
    }
}
