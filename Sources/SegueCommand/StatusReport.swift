internal import Admin
internal import Directory
internal import Identity
internal import JSON
internal import Telemetry

/// How far the migration is, for a person and as JSON.
struct StatusReport: Sendable {
    let progress: MigrationProgress
    let now: UnixTime
    /// `nil` where no gateway answers on this machine.
    let routes: RunningRoutes?
    let authentication: AuthenticationCounts?

    private var forecast: MigrationForecast {
        MigrationForecast(progress.counts, linkedInSevenDays: progress.linkedInSevenDays, now: now)
    }

    // MARK: Text

    var text: String {
        let counts = progress.counts
        var lines = [
            "users         \(counts.total)", "linked        \(counts.migrated)", "not linked    \(counts.notMigrated)",
            "progress      \((counts.percentage * 100).rounded() / 100) %",
            "seen          \(progress.seen) with a Clerk session",
            "password      \(progress.withPassword.map(String.init) ?? "not known: directory.users.passwordHash is not set")",
            "review        \(progress.reviews == 0 ? "nothing waits" : "\(progress.reviews): segue review")",
            "forecast      \(forecast.text)",
        ]
        if !progress.days.isEmpty { lines += ["", "Links by day (UTC), made and taken away:"] }
        lines += progress.days.map { "  \($0.day)  +\($0.linked)\($0.unlinked == 0 ? "" : "  -\($0.unlinked)")" }
        if let authentication, authentication.attempts > 0 {
            lines += [
                "",
                "Credentials judged by the gateway on this machine since its start: \(authentication.attempts), \(authentication.successRate) % good",
            ]
        }
        if let routes {
            lines += ["", "Routes of the gateway on this machine, and what modes decided or would have decided since its start:"]
            lines += routes.lines
        }
        return lines.joined(separator: "\n")
    }

    // MARK: JSON

    /// The counts with the seeds' names; `routes` as `/admin/routes` has them, where a gateway answers.
    var json: String {
        var numbers = JSONWriter()
        progress.counts.write(to: &numbers)
        let members = (try? JSONValue(parsing: numbers.bytes))?.object ?? []
        var writer = JSONWriter()
        writer.beginObject()
        for member in members { writer.member(member.name, member.value) }
        writer.member("with_password", progress.withPassword.map(Int64.init))
        writer.member("seen_with_clerk_session", Int64(progress.seen))
        writer.member("review_queue", Int64(progress.reviews))
        writeDays(to: &writer)
        writeForecast(to: &writer)
        writeMetrics(to: &writer)
        if let routes { writer.member("routes", routes.document) }
        writer.endObject()
        return writer.text
    }

    private func writeDays(to writer: inout JSONWriter) {
        writer.key("days")
        writer.beginArray()
        for day in progress.days {
            writer.beginObject()
            writer.member("day", day.day)
            writer.member("linked", Int64(day.linked))
            writer.member("unlinked", Int64(day.unlinked))
            writer.endObject()
        }
        writer.endArray()
    }

    private func writeForecast(to writer: inout JSONWriter) {
        writer.key("forecast")
        writer.beginObject()
        var (day, reason, pace) = (String?.none, String?.none, Double?.none)
        switch forecast {
        case .everybodyIsLinked: reason = "everybody_is_linked"
        case .unknown(let unknown): reason = unknown.rawValue
        case .at(let time, let linksPerDay): (day, pace) = (String(time.rfc3339.prefix(10)), linksPerDay)
        }
        writer.member("everybody_linked_on", day)
        writer.key("links_per_day")
        if let pace { writer.double((pace * 100).rounded() / 100) } else { writer.null() }
        writer.member("reason", reason)
        writer.endObject()
    }

    /// What one team's dashboard takes, under its own names.
    private func writeMetrics(to writer: inout JSONWriter) {
        writer.key("metrics")
        writer.beginObject()
        writer.member("migratedUsers", Int64(progress.counts.migrated))
        writer.member("totalUsers", Int64(progress.counts.total))
        for (name, rate) in [("successRate", authentication?.successRate), ("errorRate", authentication?.errorRate)] {
            writer.key(name)
            if let rate { writer.double(rate) } else { writer.null() }
        }
        writer.member("totalAttempts", authentication?.attempts)
        writer.member("totalErrors", authentication?.errors)
        writer.endObject()
    }
}

extension MigrationForecast {
    fileprivate var text: String {
        switch self {
        case .everybodyIsLinked: "everybody is linked"
        case .at(let time, let pace):
            "everybody by \(time.rfc3339.prefix(10)), at the \((pace * 10).rounded() / 10) links a day of the last seven days"
        case .unknown(.emptyTable): "none: the table is empty"
        case .unknown(.standstill): "none: no more were linked than unlinked in the last seven days"
        case .unknown(.tooFar): "none: at the pace of the last seven days it takes more than ten years"
        }
    }
}
