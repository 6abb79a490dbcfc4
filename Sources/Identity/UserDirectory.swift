package import Authentication
package import Telemetry

/// A row of the users table, as far as the rules need it.
package struct DirectoryUser: Sendable, Hashable {
    package let id: UserID
    package let email: String?
    /// `nil` where the settings name no such column.
    package let isEmailVerified: Bool?
    package let role: String?
    /// `false` for an inactive row, or one with a tombstone in `segue.links`.
    package let isActive: Bool
    package let clerkUser: ClerkUserID?

    package init(id: UserID, email: String?, isEmailVerified: Bool?, role: String?, isActive: Bool, clerkUser: ClerkUserID?) {
        (self.id, self.email, self.isEmailVerified) = (id, email, isEmailVerified)
        (self.role, self.isActive, self.clerkUser) = (role, isActive, clerkUser)
    }
}

/// The users table and its links. Look-ups are read-only; `link` and `provision` are one transaction each, safe
/// against any number of others at the same time in any number of processes.
package protocol UserDirectory: AnyObject, Sendable {
    func user(_ id: UserID) async throws(Unavailable) -> DirectoryUser?
    func user(linkedTo clerkUser: ClerkUserID) async throws(Unavailable) -> DirectoryUser?
    /// Rows whose e-mail is equal when A–Z and a–z are the same and nothing else is; at most two are returned.
    func users(withEmail email: String) async throws(Unavailable) -> [DirectoryUser]
    func link(_ link: NewLink) async throws(Unavailable) -> LinkOutcome
    func provision(_ user: NewUser) async throws(Unavailable) -> LinkOutcome
    /// Notes the first successful Clerk session of a linked user; later calls change nothing.
    func recordFirstSession(of user: UserID, clerkUser: ClerkUserID, at time: UnixTime) async throws(Unavailable)
    /// Adds a refusal to the review queue: one row per Clerk user, candidate and code.
    func recordReview(clerkUser: ClerkUserID, candidate: UserID?, code: String, at time: UnixTime) async throws(Unavailable)
    /// Whether one of Clerk's messages has told of this user.
    func isTold(of clerkUser: ClerkUserID) async throws(Unavailable) -> Bool
    /// Whether our ledger created this Clerk user (then Clerk's `admin` verification counts).
    func ledgerCreated(_ clerkUser: ClerkUserID) async throws(Unavailable) -> Bool
}

package struct NewLink: Sendable, Hashable {
    /// The row as the proof was made on it. Inside the transaction it must still be just this: address, verification, role,
    /// nobody's and active.
    package let row: DirectoryUser
    package let clerkUser: ClerkUserID
    /// The rule that proved it: `external_id`, `legacy_credential`, `verified_email`, …
    package let rule: String
    /// Whether the proof rests on no other row having the row's e-mail in any ASCII case.
    package let needsSoleEmail: Bool
    package let requestID: String
    package let time: UnixTime
    /// Of which state of the Clerk user the proof was read; `nil`: not known.
    package let clerkUserUpdated: UnixTime?
    /// Whoever settled it by hand, where no rule did.
    package let note: OperatorNote?
    /// The run that made it with many others, for the ledger.
    package let batch: String?

    package init(
        row: DirectoryUser, clerkUser: ClerkUserID, rule: String, needsSoleEmail: Bool, requestID: String, time: UnixTime,
        clerkUserUpdated: UnixTime? = nil, note: OperatorNote? = nil, batch: String? = nil
    ) {
        (self.clerkUserUpdated, self.note, self.batch) = (clerkUserUpdated, note, batch)
        (self.row, self.clerkUser, self.rule) = (row, clerkUser, rule)
        (self.needsSoleEmail, self.requestID, self.time) = (needsSoleEmail, requestID, time)
    }

    package var user: UserID { row.id }
}

package struct NewUser: Sendable, Hashable {
    package let clerkUser: ClerkUserID
    package let email: String?
    package let firstName: String?
    package let lastName: String?
    /// Of which state of the Clerk user these are; `nil`: not known.
    package let clerkUserUpdated: UnixTime?
    package let requestID: String
    package let time: UnixTime

    package init(
        clerkUser: ClerkUserID, email: String?, firstName: String?, lastName: String?, clerkUserUpdated: UnixTime? = nil,
        requestID: String, time: UnixTime
    ) {
        self.clerkUserUpdated = clerkUserUpdated
        (self.clerkUser, self.email, self.firstName, self.lastName) = (clerkUser, email, firstName, lastName)
        (self.requestID, self.time) = (requestID, time)
    }
}

package enum LinkOutcome: Sendable, Hashable {
    /// Linked by this call.
    case linked(DirectoryUser)
    /// This Clerk user was linked to this row already, by another request or replica.
    case existing(DirectoryUser)
    /// The row belongs to another Clerk user.
    case rowTaken
    /// The row is gone, inactive, or no longer says what the proof was made on.
    case changed
    /// Provisioning: another row has this e-mail.
    case emailTaken
    /// An operator has taken this very link away: only an operator makes it again.
    case unlinked
    /// Clerk has told that it has deleted this user.
    case deleted
}
