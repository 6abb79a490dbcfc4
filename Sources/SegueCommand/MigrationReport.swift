internal import Authentication
internal import Directory
internal import Identity
internal import Migration
internal import Settings
internal import Telemetry

/// What a rehearsal says to a person: numbers, then each cause with its rows and its remedy, then the time it would take.
struct MigrationReport: Sendable {
    var lint: MigrationLint
    /// Where one person was asked about: what Clerk would be told.
    let people: [CreateUser]
    let names: MigrationNames
    /// `nil`: the settings name no key of Clerk's.
    let key: MigrationEstimate.Key?
    /// Why it is not known who is in Clerk already; `nil`: Clerk was asked.
    var isClerkUnasked: String?

    /// A cause with the rows that have it.
    struct Finding {
        let code: String
        /// What the code does not say: a hasher, a form.
        let detail: String?
        let cases: Cases
        let remedy: String
    }

    var estimates: [MigrationEstimate] {
        MigrationEstimate.Key.allCases.filter { key == nil || $0 == key }.map { MigrationEstimate($0, users: lint.creatable) }
    }

    /// The commonest first.
    static func sorted(_ findings: [Finding]) -> [Finding] {
        findings.sorted {
            ($1.cases.count, $0.code, $0.detail ?? "") < ($0.cases.count, $1.code, $1.detail ?? "")
        }
    }

    var defects: [Finding] {
        Self.sorted(
            lint.defects.map { defect, cases in
                Finding(code: defect.code, detail: defect.detail, cases: cases, remedy: defect.remedy(names))
            })
    }

    var notes: [Finding] {
        Self.sorted(
            lint.notes.map { note, cases in Finding(code: note.code, detail: note.detail, cases: cases, remedy: note.meaning) })
    }

    var skipped: [Finding] {
        Self.sorted(
            lint.skipped.map { reason, cases in
                Finding(code: reason.rawValue, detail: nil, cases: cases, remedy: reason.meaning)
            })
    }

    var hashers: [(name: String, count: Int)] {
        lint.hashers.map { (name: $0.key.rawValue, count: $0.value) }.sorted { ($1.count, $0.name) < ($0.count, $1.name) }
    }
}

extension MigrationReport {
    var text: String {
        var lines = [
            "\(counted(lint.rows, "row")) of \(names.table) read; nothing was written",
            isClerkUnasked.map { "who is in Clerk already is not known: \($0)".onOneLine }
                ?? "Clerk was asked who is there already", "",
            "would be created  \(lint.creatable)", "left out          \(lint.skipped.values.reduce(0) { $0 + $1.count })",
            "to be mended      \(lint.defective)",
        ]
        if !hashers.isEmpty {
            lines.append("passwords         " + hashers.map { "\($0.count) \($0.name)" }.joined(separator: ", "))
        }
        lines += people.flatMap { ["", "Clerk would be told:"] + $0.preview.map { "  \($0.name): \($0.text)".onOneLine } }
        lines += section("To be mended, a row perhaps for several causes:", defects)
        lines += section("Worth knowing:", notes)
        lines += section("Left out:", skipped)
        lines += time
        return lines.joined(separator: "\n")
    }

    private func section(_ title: String, _ findings: [Finding]) -> [String] {
        guard !findings.isEmpty else { return [] }
        return ["", title]
            + findings.flatMap { finding in
                let detail = finding.detail.map { " (\($0))" } ?? ""
                return [
                    "  \(finding.code)\(detail): \(counted(finding.cases.count, "row")): \(finding.cases.ids)".onOneLine,
                    "    \(finding.remedy)".onOneLine,
                ]
            }
    }

    private var time: [String] {
        guard let first = estimates.first, lint.creatable > 0 else { return [] }
        let hours = (counted(first.invitationHours, "hour"), counted(first.bulkInvitationHours, "hour"))
        return ["", "Time, by Clerk's limits alone:"] + estimates.flatMap(Self.lines)
            + ["  by invitation instead: \(hours.0) at 100 an hour, \(hours.1) in bulk at 250"]
    }

    private static func lines(_ estimate: MigrationEstimate) -> [String] {
        let calls = "\(counted(estimate.calls, "call")) at \(estimate.callsPerTenSeconds) in 10 s"
        var lines = ["  \(estimate.key.rawValue) keys: \(calls): \(duration(estimate.seconds))"]
        if let most = estimate.usersMax, estimate.users > most {
            lines.append("  an instance with \(estimate.key.rawValue) keys takes \(most) users")
        }
        return lines
    }

    private static func duration(_ seconds: Int) -> String {
        if seconds < 120 { return counted(seconds, "second") }
        return seconds < 7_200 ? "\((seconds + 59) / 60) minutes" : "\((seconds + 3_599) / 3_600) hours"
    }
}
