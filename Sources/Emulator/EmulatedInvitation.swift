import JSON
import Telemetry

/// An invitation to sign up: its link carries a ticket.
struct EmulatedInvitation: EmulatedRecord {
    static let kind = "invitation"

    let id: String
    let address: String
    let metadata: JSONValue
    let ticket: String
    /// Where the link leads.
    let url: String
    /// A pending one expires by itself: ask `status(at:)`.
    var outcome: Outcome?
    let expiresAt: UnixTime
    let createdAt: UnixTime
    var updatedAt: UnixTime

    enum Outcome { case accepted, revoked }
    enum Status: String, CaseIterable { case pending, accepted, revoked, expired }

    func status(at now: UnixTime) -> Status {
        switch outcome {
        case .accepted: .accepted
        case .revoked: .revoked
        case nil: now < expiresAt ? .pending : .expired
        }
    }

    /// - Parameter showsLink: whoever made it is told its link; a list does not repeat it.
    func write(at now: UnixTime, showsLink: Bool = false, to json: inout JSONWriter) {
        json.beginObject()
        json.member("object", "invitation")
        json.member("id", id)
        json.member("email_address", address)
        json.member("public_metadata", metadata)
        json.member("revoked", outcome == .revoked)
        json.member("status", status(at: now).rawValue)
        if showsLink { json.member("url", url) }
        json.member("expires_at", expiresAt.milliseconds)
        json.member("created_at", createdAt.milliseconds)
        json.member("updated_at", updatedAt.milliseconds)
        json.endObject()
    }
}
