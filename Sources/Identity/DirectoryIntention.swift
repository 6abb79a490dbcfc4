package import Authentication

/// A change of the directory that was to be made, and was only noted: what `segue explain` says instead of doing it.
package enum DirectoryIntention: Sendable, Hashable {
    case link(UserID, ClerkUserID, rule: String)
    case provision(ClerkUserID, email: String?)
    /// A session of the application's own, which a route mints.
    case session(UserID)
    /// A refusal for the review queue.
    case review(ClerkUserID, candidate: UserID?, code: String)
}
