internal import Telemetry

extension Arguments {
    /// The value of an option that is a moment: so long ago (`90s`, `15m`, `24h`, `30d`), a day (`2026-11-21`) or a time of
    /// RFC 3339, in UTC where it names no zone.
    mutating func moment(_ name: String, _ help: String) -> UnixTime? {
        guard let text = option(name, "T", "\(help): 24h ago, 2026-11-21 or 2026-11-21T04:05:06Z") else { return nil }
        if let moment = Self.moment(text, now: DirectoryVisit.now) { return moment }
        note("--\(name) must be a time such as 24h (ago), 2026-11-21 or 2026-11-21T04:05:06Z, not \(text)")
        return nil
    }

    static func moment(_ text: String, now: UnixTime) -> UnixTime? {
        if let time = RFC3339.parse(text) ?? RFC3339.parse(text + "Z") ?? RFC3339.parse(text + "T00:00:00Z") { return time }
        // A number without a unit might be meant for a year.
        guard text.last?.isLetter == true, let seconds = seconds(text), seconds >= 0 else { return nil }
        return now.adding(seconds: -seconds)
    }
}
