package import Authentication
package import Identity
package import Invitations
package import JOSE
package import Migration
package import Snapshot

/// What the gateway asks of the world while it serves requests; each is absent where the settings do not need it.
package struct Services: Sendable {
    package var directory: (any UserDirectory)?
    package var store: (any LegacyStore)?
    /// Where routes make sessions of the old application's.
    package var sessions: (any SessionRows)?
    /// The old application, where it must be asked whose a credential is.
    package var userInfo: (any LegacyUserInfo)?
    package var clerkUsers: (any ClerkUsers)?
    /// Where old sessions are exchanged for tickets of Clerk's.
    package var tickets: (any ClerkTickets)?
    package var upgrades: (any UpgradeLog)?
    /// Where invitations are kept, and who sends them.
    package var invitations: (any InvitationStore)?
    package var inviter: Inviter?
    /// What was heard of Clerk's messages before, and where they take effect.
    package var messages: (any ClerkMessageLog)?
    /// Clerk's keys as they were fetched last.
    package var keys: Published<KeySet>?
    /// `nil` where the keys cannot change.
    package var keySource: (any KeySource)?

    /// `nil` where nobody counts.
    package var status: (any StatusSource)?

    package init() {}
}
