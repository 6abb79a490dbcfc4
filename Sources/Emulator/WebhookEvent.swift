import HTTPServer
import JSON
package import Telemetry

/// An event as Clerk's webhooks tell of it: an envelope around the user or the session as it is now.
package struct WebhookEvent: Sendable {
    package enum Kind: String, CaseIterable, Sendable {
        case userCreated = "user.created"
        case userUpdated = "user.updated"
        case userDeleted = "user.deleted"
        case sessionCreated = "session.created"
        case sessionPending = "session.pending"
        case sessionEnded = "session.ended"
        case sessionRemoved = "session.removed"
        case sessionRevoked = "session.revoked"
    }

    package let kind: Kind
    package let content: [UInt8]

    /// - Parameters:
    ///   - data: the user, the session with its user, or what is left of a deleted user; JSON.
    ///   - userAgent: whose request made it happen.
    package init(_ kind: Kind, _ data: [UInt8], instance: String, at time: UnixTime, userAgent: String) {
        self.kind = kind
        var json = JSONWriter()
        json.beginObject()
        json.key("data")
        json.raw(data)
        json.key("event_attributes")
        json.beginObject()
        json.key("http_request")
        json.beginObject()
        json.member("client_ip", "127.0.0.1")
        json.member("user_agent", userAgent)
        json.endObject()
        json.endObject()
        json.member("instance_id", instance)
        json.member("object", "event")
        json.member("timestamp", time.milliseconds)
        json.member("type", kind.rawValue)
        json.endObject()
        content = json.bytes
    }
}

extension EmulatedInstance {
    mutating func publish(_ kind: WebhookEvent.Kind, _ data: [UInt8], _ call: Call) {
        guard webhooks.target != nil else { return }
        let event = WebhookEvent(
            kind, data, instance: id, at: call.now, userAgent: call.request.field("User-Agent") ?? "")
        webhooks.add(event, id: ids.next("msg_"), at: call.now)
    }

    /// What became of a session. Clerk says nothing about those that expire, are abandoned or replaced.
    mutating func publish(_ session: EmulatedSession, _ call: Call) {
        let kind: WebhookEvent.Kind
        switch session.status {
        case .active: kind = .sessionCreated
        case .pending: kind = .sessionPending
        case .ended: kind = .sessionEnded
        case .removed: kind = .sessionRemoved
        case .revoked: kind = .sessionRevoked
        case .expired, .abandoned, .replaced: return
        }
        var json = JSONWriter()
        session.write(with: try? users.user(session.user), to: &json)
        publish(kind, json.bytes, call)
    }
}
