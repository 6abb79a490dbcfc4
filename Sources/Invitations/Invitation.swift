package import Authentication
package import Identity
package import Telemetry

package enum InvitationKind: String, Sendable, CaseIterable {
    /// To somebody whose row is nobody's yet: a Clerk session is linked to it.
    case link
    /// To somebody for whom a Clerk user was made: it lets them in there once.
    case welcome
    /// Clerk's own, to an address without an account there.
    case clerk
}

/// A row of the users table and what a letter calls its owner.
package struct Addressee: Sendable, Hashable {
    package let row: DirectoryUser
    package let name: String?

    package init(row: DirectoryUser, name: String?) { (self.row, self.name) = (row, name) }
}

/// One invitation, as it is written down before any mail is sent. A user has one at most: a new one ends the one before.
package struct NewInvitation: Sendable, Hashable {
    package let user: UserID
    package let kind: InvitationKind
    /// `nil` for one of Clerk's.
    package let token: InvitationDigest?
    package let address: InvitationDigest
    /// Whom a welcome lets in.
    package let clerkUser: ClerkUserID?
    /// The run that sends it with many others; `nil`: the user has asked.
    package let batch: String?
    package let created: UnixTime
    package let expires: UnixTime

    package init(
        user: UserID, kind: InvitationKind, token: InvitationDigest?, address: InvitationDigest, clerkUser: ClerkUserID?,
        batch: String?, created: UnixTime, expires: UnixTime
    ) {
        (self.user, self.kind, self.token, self.address, self.clerkUser) = (user, kind, token, address, clerkUser)
        (self.batch, self.created, self.expires) = (batch, created, expires)
    }
}

/// When a new invitation takes the place of one that is there.
package enum InvitationTurn: Sendable, Hashable {
    /// The user has asked for it, which they may do so often in an hour.
    case asked(perHour: Int)
    /// A run that began at this time: only where none is on its way, or another run's attempt has failed; with `resends` also where
    /// one was sent before the run began. And only where the row is still what the run has read, which may be hours ago.
    case run(began: UnixTime, resends: Bool)
}

package enum InvitationStart: Sendable, Hashable {
    case begun
    /// It is not this one's turn, and no mail is to be sent.
    case notOurTurn
    /// They have asked too often.
    case tooOften(retryAfterSeconds: Int)
}

/// What became of the mail.
package enum MailOutcome: Sendable, Hashable {
    case sent
    /// Words without an address.
    case failed(String)
    /// It may have arrived. Nobody is written to again for it who does not ask, or is meant by a run that sends anew.
    case unclear(String)
}

/// An invitation that somebody holds.
package struct Invitation: Sendable, Hashable {
    package let user: UserID
    package let kind: InvitationKind
    package let address: InvitationDigest
    package let clerkUser: ClerkUserID?
    package let isExpired: Bool
    package let isUsed: Bool

    package init(
        user: UserID, kind: InvitationKind, address: InvitationDigest, clerkUser: ClerkUserID?, isExpired: Bool, isUsed: Bool
    ) {
        (self.user, self.kind, self.address, self.clerkUser) = (user, kind, address, clerkUser)
        (self.isExpired, self.isUsed) = (isExpired, isUsed)
    }
}

/// Where invitations are kept. Each call is one statement or one transaction.
package protocol InvitationStore: AnyObject, Sendable {
    func addressee(_ user: UserID) async throws(Unavailable) -> Addressee?
    /// Rows with this address in any case; two are enough to know that a mailbox is not one row's alone.
    func users(withEmail email: String) async throws(Unavailable) -> [DirectoryUser]
    func begin(_ invitation: NewInvitation, _ turn: InvitationTurn) async throws(Unavailable) -> InvitationStart
    /// What became of the mail, unless another invitation has taken its place since.
    func note(_ outcome: MailOutcome, of invitation: NewInvitation, at time: UnixTime) async throws(Unavailable)
    /// - Parameter isOpened: somebody looks at it, which is noted the first time.
    func invitation(_ token: InvitationDigest, isOpened: Bool, at now: UnixTime) async throws(Unavailable) -> Invitation?
    /// Makes the link and ends the invitation in one transaction; `changed` where the invitation is good no more.
    func accept(_ token: InvitationDigest, _ link: NewLink) async throws(Unavailable) -> LinkOutcome
    /// Ends a welcome; whom it lets in, `nil` where it is good no more.
    func redeem(_ token: InvitationDigest, at now: UnixTime) async throws(Unavailable) -> ClerkUserID?
    /// Clerk gave no ticket for it: it is good again.
    func giveBack(_ token: InvitationDigest) async throws(Unavailable)
}
