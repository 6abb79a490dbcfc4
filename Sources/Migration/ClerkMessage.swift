package import Authentication
import JSON
package import Telemetry
package import Webhooks

/// What one of Clerk's webhooks tells, as far as Segue acts on it.
package struct ClerkMessage: Sendable, Hashable {
    package enum Event: Sendable, Hashable {
        /// `user.created` and `user.updated`: they differ in nothing that matters, since either may come first.
        case user(ToldUser)
        case userDeleted(ClerkUserID)
        /// `session.revoked`, `session.ended`, `session.removed`.
        case sessionOver(ClerkSessionID)
        /// Of no concern to Segue.
        case other
    }

    package let id: String
    /// For counters and the log: one of Clerk's words for what Segue acts on, else `other`.
    package let type: String
    /// When it happened.
    package let time: UnixTime?
    package let event: Event

    package init(id: String, type: String, time: UnixTime?, event: Event) {
        (self.id, self.type, self.time, self.event) = (id, type, time, event)
    }

    /// What of it is not as Clerk publishes it: the member, never its value.
    package struct Fault: Error, Hashable, Sendable { package let member: String }
}

/// A user as an event tells of them. It is no evidence for a link, because the event may be old: that is read from Clerk.
package struct ToldUser: Sendable, Hashable {
    package let id: ClerkUserID
    /// Of the user, not of the message: by it the newer of two is known, in whatever order they come.
    package let updated: UnixTime
    /// The primary address, where it is proved to be the user's.
    package let email: String?
    package let firstName: String?
    package let lastName: String?
    package let isBanned: Bool

    package init(
        id: ClerkUserID, updated: UnixTime, email: String?, firstName: String?, lastName: String?, isBanned: Bool = false
    ) {
        (self.id, self.updated, self.email) = (id, updated, email)
        (self.firstName, self.lastName, self.isBanned) = (firstName, lastName, isBanned)
    }
}

// From a message that was verified, and from nothing else.
extension ClerkMessage {
    package init(_ webhook: VerifiedWebhook) throws(Fault) {
        let envelope: JSONValue
        do throws(JSONError) { envelope = try JSONValue(parsing: webhook.content) } catch { throw Fault(member: "(not JSON)") }
        guard let type = envelope["type"]?.string else { throw Fault(member: "type") }
        let time = envelope["timestamp"]?.time
        let data = envelope["data"]
        let event: Event
        switch type {
        case "user.created", "user.updated": event = .user(try ToldUser(data, toldAt: time))
        case "user.deleted": event = .userDeleted(ClerkUserID(try Self.id(of: data, "user_")))
        case "session.revoked", "session.ended", "session.removed":
            event = .sessionOver(ClerkSessionID(try Self.id(of: data, "sess_")))
        default: event = .other
        }
        self.init(id: webhook.id, type: event == .other ? "other" : type, time: time, event: event)
    }

    fileprivate static func id(of data: JSONValue?, _ prefix: String) throws(Fault) -> String {
        guard let id = data?["id"]?.string, id.hasPrefix(prefix), id.utf8.count <= 128, !id.utf8.contains(0) else {
            throw Fault(member: "data.id")
        }
        return id
    }
}

extension ToldUser {
    fileprivate init(_ data: JSONValue?, toldAt time: UnixTime?) throws(ClerkMessage.Fault) {
        let id = ClerkUserID(try ClerkMessage.id(of: data, "user_"))
        // Samples of Clerk's leave the user's own time out.
        guard let updated = data?["updated_at"]?.time ?? time else { throw ClerkMessage.Fault(member: "data.updated_at") }
        let primary = data?["primary_email_address_id"]?.string
        let address = data?["email_addresses"]?.array?.first { primary != nil && $0["id"]?.string == primary }
        self.init(
            id: id, updated: updated, email: address?.provedAddress, firstName: data?["first_name"]?.string,
            lastName: data?["last_name"]?.string, isBanned: data?["banned"]?.bool ?? false)
    }
}

extension JSONValue {
    /// Milliseconds, or seconds where it could not be milliseconds: Clerk's documents have both.
    fileprivate var time: UnixTime? {
        guard let number = int64, number >= 0 else { return nil }
        return number > 100_000_000_000 ? UnixTime(milliseconds: number) : UnixTime(seconds: number)
    }

    /// An entry of `email_addresses`: what a back end has declared is no proof, and neither is a code that everybody knows.
    fileprivate var provedAddress: String? {
        guard let address = self["email_address"]?.string, let verification = self["verification"],
            verification["status"]?.string == "verified", verification["strategy"]?.string != "admin",
            EmailAddress.isASCII(address), !EmailAddress.isTest(address)
        else { return nil }
        return address
    }
}
