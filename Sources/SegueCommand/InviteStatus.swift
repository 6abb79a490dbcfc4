internal import Authentication
internal import Directory
internal import Invitations
internal import JSON
internal import Settings

/// `segue invite --status`: what became of each invitation.
enum InviteStatus {
    static func show(_ directory: DirectorySettings, json: Bool) async -> ExitCode {
        do throws(DirectorySchema.Failure) {
            let records = try await DirectorySchema(directory).invitationRecords(at: DirectoryVisit.now)
            return Terminal.say(json ? self.json(records) : text(records))
        } catch {
            return LongRun.fail(error)
        }
    }

    private static func text(_ records: [InvitationRecord]) -> String {
        var lines = ["         " + InvitationRecord.State.allCases.map { padded($0.rawValue) }.joined()]
        for kind in InvitationKind.allCases {
            let own = records.filter { $0.kind == kind }
            let counts = InvitationRecord.State.allCases.map { state in padded("\(own.count { $0.state == state })") }
            lines.append(kind.rawValue + String(repeating: " ", count: 9 - kind.rawValue.count) + counts.joined())
        }
        let troubles = records.filter { $0.state == .failed || $0.state == .unclear }
        for record in troubles.prefix(20) {
            lines.append("\(record.user.text), \(record.state.rawValue): \(record.failure ?? "nobody knows why")".onOneLine)
        }
        if troubles.count > 20 { lines.append("… and \(troubles.count - 20) more; --json has all") }
        return lines.joined(separator: "\n")
    }

    private static func padded(_ text: String) -> String { String(repeating: " ", count: max(1, 10 - text.count)) + text }

    private static func json(_ records: [InvitationRecord]) -> String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("invitations")
        writer.beginArray()
        for record in records {
            writer.beginObject()
            writer.member("user_id", record.user.text)
            writer.member("kind", record.kind.rawValue)
            writer.member("state", record.state.rawValue)
            writer.member("batch", record.batch)
            writer.member("sent_at", record.sent)
            writer.member("failed_at", record.failed)
            writer.member("failure", record.failure)
            writer.member("opened_at", record.opened)
            writer.member("accepted_at", record.accepted)
            writer.member("expires_at", record.expires)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return writer.text
    }
}
