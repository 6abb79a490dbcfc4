internal import JSON
internal import Setup

/// What `segue init` says beside the file: what it found, what it could not, and what comes next.
enum InitReport {
    static func text(_ proposal: Proposal, file: String) -> String {
        var lines = proposal.found.map { "found      \($0)" }
        for undecided in proposal.undecided {
            lines.append("undecided  \(undecided.key): \(undecided.reason)")
            lines.append("           look at: \(undecided.whereToLook)")
            if let entry = undecided.entry { lines.append("           entry:   \(entry)") }
        }
        lines = lines.map(\.onOneLine)
        lines.append("")
        lines.append("Wrote \(file). Every route is in observe: the application gets what it got before.")
        lines.append("Next: segue doctor · segue schema apply --add · segue serve; then segue flip, a route at a time.")
        return lines.joined(separator: "\n")
    }

    static func json(_ proposal: Proposal, file: String) -> String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("file", file)
        writer.key("found")
        writer.beginArray()
        for line in proposal.found { writer.string(line) }
        writer.endArray()
        writer.key("undecided")
        writer.beginArray()
        for undecided in proposal.undecided {
            writer.beginObject()
            writer.member("key", undecided.key)
            writer.member("reason", undecided.reason)
            writer.member("look", undecided.whereToLook)
            writer.member("entry", undecided.entry)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return writer.text
    }
}
