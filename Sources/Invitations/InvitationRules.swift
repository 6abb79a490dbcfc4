package import Authentication
import Identity
import Mail
package import Migration
package import Settings

/// Why `segue invite` leaves a row out.
package enum InvitationSkip: String, Sendable, CaseIterable {
    case alreadyLinked = "already_linked"
    /// For a welcome: no Clerk user was made for the row, or its owner has signed in since.
    case notCreated = "not_created"
    case inactive
    case privileged
    case noAddress = "no_address"
    /// No mail can be sent to it.
    case addressMalformed = "address_malformed"
    /// Another row has it: nobody knows whose of the two the mailbox is.
    case addressShared = "address_shared"
    /// For a welcome, which is all that its reader needs: the address may be a stranger's (`linking.legacyEmail`).
    case addressUnproved = "address_unproved"
    case invitedBefore = "invited_before"
    /// For one of Clerk's: the address has a Clerk user.
    case inClerk = "in_clerk"
    /// A welcome that has let them in.
    case welcomeUsed = "welcome_used"
}

package enum InvitationDecision: Sendable, Hashable {
    case invite(Addressee)
    case skip(InvitationSkip)
}

/// Whom `segue invite` writes to.
package struct InvitationRules: Sendable {
    private let linking: LinkRules
    private let kind: InvitationKind

    package init(_ directory: DirectorySettings, _ kind: InvitationKind) { (linking, self.kind) = (LinkRules(directory), kind) }

    /// - Parameter made: the Clerk user that Segue made for the row and that nobody has used.
    package func decide(_ row: LegacyRow, among shared: SharedIdentifiers, made: ClerkUserID?) -> InvitationDecision {
        let user = row.user
        if kind == .welcome {
            guard let made, user.clerkUser == made else { return .skip(.notCreated) }
        } else {
            if user.clerkUser != nil { return .skip(.alreadyLinked) }
        }
        // The page would refuse them, and so would the first request of whom Clerk has invited.
        if linking.isPrivileged(user) { return .skip(.privileged) }
        if kind == .welcome, !linking.isAddressProved(user) { return .skip(.addressUnproved) }
        guard user.isActive else { return .skip(.inactive) }
        guard let email = user.email, !email.isEmpty else { return .skip(.noAddress) }
        guard MailAddress(email) != nil else { return .skip(.addressMalformed) }
        if shared.holds(email: email) { return .skip(.addressShared) }
        return .invite(Addressee(row: user, name: row.firstName ?? row.name))
    }
}
