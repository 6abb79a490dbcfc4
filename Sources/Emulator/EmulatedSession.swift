import JSON
import Telemetry

struct EmulatedSession {
    let id: String
    let user: String
    let client: String
    var status = "active"
    let createdAt: UnixTime
    var updatedAt: UnixTime

    /// A week, Clerk's default for an inactive session.
    private static let lifetimeSeconds: Int64 = 7 * 86_400

    init(id: String, user: String, client: String, at now: UnixTime) {
        (self.id, self.user, self.client, createdAt, updatedAt) = (id, user, client, now, now)
    }

    func write(to json: inout JSONWriter) {
        json.beginObject()
        json.member("object", "session")
        json.member("id", id)
        json.member("user_id", user)
        json.member("client_id", client)
        json.member("status", status)
        json.member("last_active_at", updatedAt.milliseconds)
        json.member("expire_at", createdAt.adding(seconds: Self.lifetimeSeconds).milliseconds)
        json.member("abandon_at", createdAt.adding(seconds: 4 * Self.lifetimeSeconds).milliseconds)
        json.member("created_at", createdAt.milliseconds)
        json.member("updated_at", updatedAt.milliseconds)
        json.endObject()
    }
}

/// The sessions of the instance; the oldest make room.
struct SessionStore {
    /// A test of a migration opens tens of thousands.
    static let sessionsMax = 100_000

    private var sessions: [String: EmulatedSession] = [:]
    private var order: [String] = []
    private var oldest = 0

    func session(_ id: String) throws(ClerkProblem) -> EmulatedSession {
        guard let session = sessions[id] else { throw .notFound("session", id) }
        return session
    }

    mutating func save(_ session: EmulatedSession) {
        if sessions.updateValue(session, forKey: session.id) == nil { order.append(session.id) }
        while order.count - oldest > Self.sessionsMax {
            sessions[order[oldest]] = nil
            oldest += 1
        }
        if oldest > Self.sessionsMax { (order, oldest) = (Array(order[oldest...]), 0) }
    }

    func sessions(of user: String) -> [EmulatedSession] {
        sessions.values.filter { $0.user == user }.sorted { ($0.createdAt, $0.id) > ($1.createdAt, $1.id) }
    }

    mutating func removeAll(of user: String) {
        for session in sessions(of: user) { sessions[session.id]?.status = "removed" }
    }
}
