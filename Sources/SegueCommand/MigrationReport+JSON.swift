internal import Authentication
internal import Identity
internal import JSON
internal import Migration

// For programs: the same numbers and causes.
extension MigrationReport {
    var json: String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("dry_run", true)
        writer.member("clerk_asked", isClerkUnasked == nil)
        writer.member("clerk_not_asked", isClerkUnasked)
        writer.member("rows", Int64(lint.rows))
        writer.member("would_create", Int64(lint.creatable))
        writer.member("left_out", Int64(lint.skipped.values.reduce(0) { $0 + $1.count }))
        writer.member("to_be_mended", Int64(lint.defective))
        writer.key("password_hashers")
        writer.beginObject()
        for hasher in hashers { writer.member(hasher.name, Int64(hasher.count)) }
        writer.endObject()
        write("defects", defects, remedy: "remedy", to: &writer)
        write("notes", notes, remedy: "meaning", to: &writer)
        write("skipped", skipped, remedy: "meaning", to: &writer)
        writer.key("estimates")
        writer.beginArray()
        for estimate in estimates { Self.write(estimate, to: &writer) }
        writer.endArray()
        writer.key("users")
        writer.beginArray()
        for person in people {
            writer.beginObject()
            for line in person.preview { writer.member(line.name, line.text) }
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return writer.text
    }

    private func write(_ name: String, _ findings: [Finding], remedy: String, to writer: inout JSONWriter) {
        writer.key(name)
        writer.beginArray()
        for finding in findings {
            writer.beginObject()
            writer.member("code", finding.code)
            writer.member("detail", finding.detail)
            finding.cases.write(to: &writer)
            writer.member(remedy, finding.remedy)
            writer.endObject()
        }
        writer.endArray()
    }

    private static func write(_ estimate: MigrationEstimate, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("keys", estimate.key.rawValue)
        writer.member("calls", Int64(estimate.calls))
        writer.member("calls_per_10_seconds", Int64(estimate.callsPerTenSeconds))
        writer.member("seconds", Int64(estimate.seconds))
        writer.member("users_max", estimate.usersMax.map { Int64($0) })
        writer.member("invitation_hours", Int64(estimate.invitationHours))
        writer.member("bulk_invitation_hours", Int64(estimate.bulkInvitationHours))
        writer.endObject()
    }
}
