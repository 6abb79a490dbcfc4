package import Authentication
package import Identity
package import Telemetry

extension Linker {
    /// What an invitation to this row would join, if the two may be joined at all.
    package func proposal(
        for session: ClerkSubject, beside legacy: Verdict<LegacySubject>, invited row: DirectoryUser, at now: UnixTime
    ) async throws(IdentityRefusal) -> Confirmation {
        let arrival = Arrival(session)
        let clerkUser = try await readClerk(arrival)
        let own = try await ask { () async throws(Unavailable) in try await directory.user(linkedTo: session.user) }
        if let own, own.id != row.id { throw .link(.clerkUserLinked) }
        var evidence = try await gather(clerkUser, arrival, legacy)
        if let email = row.email {
            evidence.invitedRows = try await ask { () async throws(Unavailable) in try await directory.users(withEmail: email) }
        }
        switch rules.accept(evidence, row) {
        case .link(_, let row): return Confirmation(clerkUser: clerkUser, row: row)
        case .refuse(let refusal, let candidate): throw await refuse(refusal, arrival, candidate, at: now)
        case .provision: preconditionFailure("an invitation makes no rows")
        }
    }

    /// Joins what was proposed.
    /// - Parameter write: makes the link and ends the invitation in one transaction.
    package func accept(
        _ proposal: Confirmation, _ session: ClerkSubject, requestID: String, at now: UnixTime,
        _ write: (NewLink) async throws(Unavailable) -> LinkOutcome
    ) async throws(IdentityRefusal) -> DirectoryUser {
        try await join(proposal, session, by: .invitation, requestID: requestID, at: now, write)
    }
}
