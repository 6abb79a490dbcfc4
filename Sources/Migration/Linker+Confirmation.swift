package import Authentication
package import Identity
package import Telemetry

/// The two accounts that a confirmation page names: whoever confirms must have seen just these.
package struct Confirmation: Sendable, Hashable {
    package let clerkUser: ClerkUser
    package let row: DirectoryUser
}

extension Linker {
    /// What would be joined, if the two may be joined at all.
    package func proposal(
        for session: ClerkSubject, beside legacy: Verdict<LegacySubject>, at now: UnixTime
    ) async throws(IdentityRefusal) -> Confirmation {
        let arrival = Arrival(session)
        let clerkUser = try await readClerk(arrival)
        switch rules.confirm(try await gather(clerkUser, arrival, legacy)) {
        case .link(_, let row): return Confirmation(clerkUser: clerkUser, row: row)
        case .refuse(let refusal, let candidate): throw await refuse(refusal, arrival, candidate, at: now)
        case .provision: preconditionFailure("a confirmation makes no rows")
        }
    }

    /// Joins what was proposed, if it still is what it was.
    package func confirm(
        _ proposal: Confirmation, _ session: ClerkSubject, requestID: String, at now: UnixTime
    ) async throws(IdentityRefusal) -> DirectoryUser {
        try await join(proposal, session, by: .confirmed, requestID: requestID, at: now) { link throws(Unavailable) in
            try await directory.link(link)
        }
    }

    func join(
        _ proposal: Confirmation, _ session: ClerkSubject, by rule: LinkRule, requestID: String, at now: UnixTime,
        _ write: (NewLink) async throws(Unavailable) -> LinkOutcome
    ) async throws(IdentityRefusal) -> DirectoryUser {
        let link = NewLink(
            row: proposal.row, clerkUser: session.user, rule: rule.rawValue, needsSoleEmail: rule.needsSoleEmail,
            requestID: requestID, time: now, clerkUserUpdated: proposal.clerkUser.updated)
        let arrival = Arrival(session)
        let row = try await settle(
            await outcome { () async throws(Unavailable) in try await write(link) }, arrival, proposal.row.id, at: now)
        guard let row else { throw await refuse(.rowChanged, arrival, proposal.row.id, at: now) }
        // Linked meanwhile or before, and not to what was shown.
        guard row.id == proposal.row.id else { throw .link(.clerkUserLinked) }
        return row
    }
}
