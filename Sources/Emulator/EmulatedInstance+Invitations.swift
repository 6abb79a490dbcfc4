import HTTP
import HTTPServer
import Telemetry

/// `/v1/invitations`. The emulator sends no mail: the link of an invitation is in the answer to whoever made it.
extension EmulatedInstance {
    /// How many one call may make.
    private static let bulkMax = 10

    /// The revoked are shown to those only who ask for them.
    func listInvitations(_ call: Call) throws(ClerkProblem) -> ServerResponse {
        let status = try call.query.choice("status", of: EmulatedInvitation.Status.self)
        let text = call.query.first("query")?.lowercased() ?? ""
        let found = invitations.all.filter { invitation in
            let current = invitation.status(at: call.now)
            return (status.map { $0 == current } ?? (current != .revoked))
                && (text.isEmpty || invitation.address.lowercased().contains(text) || invitation.id.lowercased() == text)
        }
        let ordered = try ordered(found, by: call.query.first("order_by") ?? "-created_at")
        return .list(try call.query.page(ordered)) { $0.write(at: call.now, to: &$1) }
    }

    mutating func createInvitation(_ call: Call) throws(ClerkProblem) -> ServerResponse {
        var form = try call.form()
        let wanted = try InvitationForm(&form)
        if !wanted.ignoresExisting { try requireNoUser([wanted]) }
        try requireNoInvitation([wanted], call)
        let invitation = try invite(wanted, call)
        return .json { invitation.write(at: call.now, showsLink: true, to: &$0) }
    }

    /// All or none. Nobody who is a user already can be invited here, whatever `ignore_existing` says.
    mutating func createInvitations(_ call: Call) throws(ClerkProblem) -> ServerResponse {
        var wanted: [InvitationForm] = []
        for var form in try Form.list(call.request.content, countMax: Self.bulkMax) { wanted.append(try InvitationForm(&form)) }
        try requireNoUser(wanted)
        try requireNoInvitation(wanted, call)
        var made: [EmulatedInvitation] = []
        for one in wanted { made.append(try invite(one, call)) }
        return .list(made) { $0.write(at: call.now, showsLink: true, to: &$1) }
    }

    mutating func revokeInvitation(_ call: Call) throws(ClerkProblem) -> ServerResponse {
        var invitation = try invitations.record(call.id)
        switch invitation.outcome {
        case .accepted: throw .acceptedInvitation
        case .revoked: throw ClerkProblem(.badRequest, "invitation_already_revoked", "Invitation is already revoked.")
        case nil: (invitation.outcome, invitation.updatedAt) = (.revoked, call.now)
        }
        invitations.save(invitation)
        return .json { invitation.write(at: call.now, to: &$0) }
    }
}

extension EmulatedInstance {
    private mutating func invite(_ wanted: InvitationForm, _ call: Call) throws(ClerkProblem) -> EmulatedInvitation {
        let (id, expiry) = (ids.next("inv_"), call.now.adding(seconds: wanted.days * 86_400))
        let ticket = try ticket(for: id, kind: "invitation", until: expiry)
        let invitation = EmulatedInvitation(
            id: id, address: wanted.address, metadata: wanted.metadata, ticket: ticket,
            url: "\(settings.issuer)/v1/tickets/accept?ticket=\(ticket)", expiresAt: expiry, createdAt: call.now,
            updatedAt: call.now)
        invitations.save(invitation)
        return invitation
    }

    private func requireNoUser(_ wanted: [InvitationForm]) throws(ClerkProblem) {
        guard !wanted.contains(where: { users.holder(of: .email, $0.address) != nil }) else {
            throw .unprocessable(.taken("email_address", "email address"))
        }
    }

    /// An address may wait for one answer only, in this list and in those that were sent.
    private func requireNoInvitation(_ wanted: [InvitationForm], _ call: Call) throws(ClerkProblem) {
        var waiting = Set(invitations.all.filter { $0.status(at: call.now) == .pending }.map { $0.address.lowercased() })
        let twice = wanted.filter { !waiting.insert($0.address.lowercased()).inserted && !$0.ignoresExisting }.map(\.address)
        guard twice.isEmpty else { throw .duplicateInvitations(twice) }
    }

    private func ordered(_ found: [EmulatedInvitation], by order: String) throws(ClerkProblem) -> [EmulatedInvitation] {
        let sorted: [EmulatedInvitation]
        // A plus sign that was not percent-encoded arrives as a space.
        switch order.drop(while: { "+- ".contains($0) }) {
        case "created_at": sorted = found
        case "email_address": sorted = found.sorted { $0.address < $1.address }
        case "expires_at": sorted = found.sorted { $0.expiresAt < $1.expiresAt }
        default: throw .unprocessable(.wrongValue("order_by", "created_at, email_address or expires_at"))
        }
        return order.hasPrefix("-") ? sorted.reversed() : sorted
    }
}

extension ClerkProblem {
    static var acceptedInvitation: ClerkProblem {
        ClerkProblem(.badRequest, "invitation_already_accepted", "Invitation is already accepted, try signing in instead.")
    }

    fileprivate static func duplicateInvitations(_ addresses: [String]) -> ClerkProblem {
        let text = "There are already pending invitations for the following email addresses: \(addresses.joined(separator: ", "))"
        let entry = Entry(
            "duplicate_record", addresses.count == 1 ? "duplicate invitation" : "duplicate invitations", text, addresses: addresses)
        return ClerkProblem(.badRequest, [entry])
    }
}
