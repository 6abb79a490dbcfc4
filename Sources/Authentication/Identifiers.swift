/// The internal user id: the value of the users table's id column as PostgreSQL prints it (`42`, a UUID in lower case).
package struct UserID: Hashable, Sendable {
    package let text: String
    package init(_ text: String) { self.text = text }
}

/// Clerk's id of a user: `user_` and 27 word characters in production.
package struct ClerkUserID: Hashable, Sendable {
    package let text: String
    package init(_ text: String) { self.text = text }
}

/// Clerk's id of a session, the claim `sid`: `sess_…`.
package struct ClerkSessionID: Hashable, Sendable {
    package let text: String
    package init(_ text: String) { self.text = text }
}
