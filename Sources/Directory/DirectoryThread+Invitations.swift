package import Authentication
package import Identity
package import Invitations
package import Telemetry

extension DirectoryThread: InvitationStore {
    package func addressee(_ user: UserID) async throws(Unavailable) -> Addressee? {
        try await ask(readers) { session throws(DirectoryError) in try await session.addressee(user) }
    }

    package func begin(_ invitation: NewInvitation, _ turn: InvitationTurn) async throws(Unavailable) -> InvitationStart {
        try await write { session throws(DirectoryError) in try await session.begin(invitation, turn) }
    }

    package func note(_ outcome: MailOutcome, of invitation: NewInvitation, at time: UnixTime) async throws(Unavailable) {
        try await write { session throws(DirectoryError) in try await session.note(outcome, of: invitation, at: time) }
    }

    /// On a writer even where nothing is written: what another replica has just committed must be seen.
    package func invitation(
        _ token: InvitationDigest, isOpened: Bool, at now: UnixTime
    ) async throws(Unavailable) -> Invitation? {
        try await write { session throws(DirectoryError) in try await session.invitation(token, isOpened: isOpened, at: now) }
    }

    package func accept(_ token: InvitationDigest, _ link: NewLink) async throws(Unavailable) -> LinkOutcome {
        try await change(link.clerkUser) { session throws(DirectoryError) in try await session.accept(token, link) }
    }

    package func redeem(_ token: InvitationDigest, at now: UnixTime) async throws(Unavailable) -> ClerkUserID? {
        try await write { session throws(DirectoryError) in try await session.redeem(token, at: now) }
    }

    package func giveBack(_ token: InvitationDigest) async throws(Unavailable) {
        try await write { session throws(DirectoryError) in try await session.giveBack(token) }
    }

    private func write<Answer: Sendable>(
        _ body: @escaping @Sendable (Session) async throws(DirectoryError) -> Answer
    ) async throws(Unavailable) -> Answer {
        try await ask(writers, within: Limits.linkMilliseconds, body)
    }
}
