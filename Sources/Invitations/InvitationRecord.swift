package import Authentication

/// What has become of somebody's invitation, as it is shown. Times are UTC, as RFC 3339 has them.
package struct InvitationRecord: Sendable, Hashable {
    package enum State: String, Sendable, CaseIterable {
        /// Written down, and nothing heard of the mail.
        case begun
        case sent
        /// The mail server got it and did not say that it took it.
        case unclear
        case failed, opened, accepted, expired
    }

    package let user: UserID
    package let kind: InvitationKind
    /// Whom it was for, or whom it has linked.
    package let clerkUser: ClerkUserID?
    package let state: State
    package let batch: String?
    package let sent: String?
    package let failed: String?
    package let failure: String?
    package let opened: String?
    package let accepted: String?
    /// So short a time ago that whoever was let in may be on the way.
    package let isJustAccepted: Bool
    package let expires: String

    package init(
        user: UserID, kind: InvitationKind, clerkUser: ClerkUserID?, state: State, batch: String?, sent: String?, failed: String?,
        failure: String?,
        opened: String?, accepted: String?, isJustAccepted: Bool, expires: String
    ) {
        (self.user, self.kind, self.clerkUser) = (user, kind, clerkUser)
        (self.state, self.batch) = (state, batch)
        (self.sent, self.failed, self.failure) = (sent, failed, failure)
        (self.opened, self.accepted, self.isJustAccepted, self.expires) = (opened, accepted, isJustAccepted, expires)
    }

    /// Whether a run leaves them alone that does not send anew: mail is on its way or has come. What was accepted and linked
    /// nobody since, was taken back.
    package func stands(against kind: InvitationKind) -> Bool {
        // One by mail and one of Clerk's are the same news.
        guard (self.kind == .welcome) == (kind == .welcome) else { return false }
        switch state {
        case .begun, .failed: return false
        case .sent, .unclear, .opened, .expired: return true
        case .accepted: return self.kind != .link
        }
    }

    /// Whether it is a welcome that has just let this very Clerk user in: another one would be one way in too many. Who has not been seen
    /// since was kept from it, as by a gateway that died with the ticket in its hand.
    package func isLettingIn(_ clerkUser: ClerkUserID?) -> Bool {
        kind == .welcome && isJustAccepted && self.clerkUser == clerkUser
    }
}
