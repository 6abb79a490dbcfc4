import Authentication
import HTTP
import HTTPServer
import Identity
import Invitations
import Migration
import Settings
import Snapshot
import Sockets
import Telemetry

extension Conversation {
    /// `invitations.path`: a user who is signed in the old way is sent an invitation, to the address of their row and no other.
    func answerInvitationAsked(_ head: RequestHead, _ generation: Generation, at now: UnixTime) async throws(Refusal) {
        let (settings, services) = (generation.plan.settings, generation.plan.services)
        account.ownErrors = settings.invitations?.errors
        guard head.method == .post else { throw .methodNotAllowed("POST") }
        try generation.plan.ownPages.requireOpenLinking()
        guard let inviter = services.inviter, let store = services.invitations, let directory = settings.directory else {
            throw .identity(.unavailable(retryAfterSeconds: 30))
        }
        let user = try await signedInTheOldWay(head, generation, at: now)
        guard let addressee = try await asking({ () async throws(Unavailable) in try await store.addressee(user) }) else {
            throw .identity(.userUnknown)
        }
        let row = addressee.row
        guard row.isActive else { throw .identity(.userInactive) }
        if row.clerkUser != nil { throw .invitation(.alreadyMigrated) }
        // The page would refuse them: an administrator is linked by `segue link`.
        if LinkRules(directory).isPrivileged(row) { throw .identity(.link(.privilegedRow)) }
        try await requireSoleAddress(row, store)
        try requireTurn(head, inviter.settings)
        let outcome = try await asking { () async throws(Unavailable) in
            try await inviter.invite(
                addressee, .link, batch: nil, .asked(perHour: inviter.settings.perUserPerHour), at: now)
        }
        switch outcome {
        case .sent(let expiry): await answerSent(until: expiry)
        case .noAddress: throw .invitation(.noAddress)
        case .tooOften(let seconds): throw .tooManyAttempts(seconds)
        case .failed, .notOurTurn:
            worker.counters.count(invitation: "mail_failed")
            throw .invitation(.mailAway)
        }
    }

    /// Credentials that prove nothing ask for nothing: anybody could have mail sent to everybody.
    private func signedInTheOldWay(
        _ head: RequestHead, _ generation: Generation, at now: UnixTime
    ) async throws(Refusal) -> UserID {
        do throws(Refusal) {
            let evidence = try await authenticateForPage(head, mode: .legacy, generation, at: now)
            if case .legacy(let subject) = evidence.claimant, subject.isSecure { return subject.user }
        } catch {
            guard case .authentication(.credentialsMissing) = error else { throw error }
        }
        throw .invitation(.notSignedIn)
    }

    /// A mailbox speaks for a row only where no other row has its address.
    func requireSoleAddress(_ row: DirectoryUser, _ store: any InvitationStore) async throws(Refusal) {
        guard let email = row.email, !email.isEmpty else { return }
        let rows = try await asking { () async throws(Unavailable) in try await store.users(withEmail: email) }
        if LinkRules.isAddressShared(row, among: rows) { throw .identity(.link(.ambiguousEmail)) }
    }

    /// How often a user asks, the database knows.
    private func requireTurn(_ head: RequestHead, _ settings: InvitationSettings) throws(Refusal) {
        let (steady, client, perHour) = (worker.loop.now, chain.clientAddress(head.section), settings.perClientPerHour)
        let seconds = worker.attempts.withLock {
            $0.askingClients.retryAfterSeconds(
                for: client, at: steady, burst: perHour, every: Int64(max(1, 3_600 / perHour)))
        }
        if let seconds { throw .tooManyAttempts(seconds) }
    }

    private func answerSent(until expiry: UnixTime) async {
        worker.counters.count(invitation: "sent")
        var answer = ClaimWriter()
        answer.add("message", "Migration invitation sent successfully")
        answer.add("expires_at", "\(CalendarTime(expiry).rfc3339)Z")
        await self.answer(.ok, "application/json", answer.bytes)
    }

    /// A question that only the database answers.
    func asking<Answer>(_ question: () async throws(Unavailable) -> Answer) async throws(Refusal) -> Answer {
        do throws(Unavailable) { return try await question() } catch {
            throw .identity(.unavailable(retryAfterSeconds: IdentityLimits.retryAfterSeconds))
        }
    }
}
