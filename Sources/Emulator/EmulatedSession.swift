import JSON
import Telemetry

struct EmulatedSession: EmulatedRecord {
    static let kind = "session"

    let id: String
    let user: String
    let client: String
    var status = Status.active
    let createdAt: UnixTime
    var updatedAt: UnixTime

    enum Status: String, CaseIterable {
        case active, revoked, ended, expired, removed, abandoned, replaced, pending
    }

    /// A week, Clerk's default for an inactive session.
    private static let lifetimeSeconds: Int64 = 7 * 86_400

    init(id: String, user: String, client: String, at now: UnixTime) {
        (self.id, self.user, self.client, createdAt, updatedAt) = (id, user, client, now, now)
    }

    func write(to json: inout JSONWriter) {
        json.beginObject()
        writeMembers(to: &json)
        json.endObject()
    }

    /// As events tell of it: with its user.
    func write(with user: EmulatedUser?, to json: inout JSONWriter) {
        json.beginObject()
        writeMembers(to: &json)
        json.key("user")
        if let user { user.write(to: &json) } else { json.null() }
        json.endObject()
    }

    private func writeMembers(to json: inout JSONWriter) {
        json.member("object", "session")
        json.member("id", id)
        json.member("user_id", user)
        json.member("client_id", client)
        json.member("status", status.rawValue)
        json.key("actor")
        json.null()
        json.member("last_active_organization_id", nil as String?)
        json.member("last_active_at", updatedAt.milliseconds)
        json.member("expire_at", createdAt.adding(seconds: Self.lifetimeSeconds).milliseconds)
        json.member("abandon_at", createdAt.adding(seconds: 4 * Self.lifetimeSeconds).milliseconds)
        json.member("created_at", createdAt.milliseconds)
        json.member("updated_at", updatedAt.milliseconds)
    }
}
