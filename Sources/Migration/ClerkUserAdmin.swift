package import Authentication

/// Clerk's Backend API, as somebody needs it who moves everybody. A fake answers in tests.
package protocol ClerkUserAdmin: Sendable {
    /// `POST /v1/users`. It has no idempotency key: an `.unclear` reply leaves open whether there is such a user now.
    /// - Parameter batch: the run, which is written into the user's private metadata.
    func create(_ user: CreateUser, in batch: String) async -> CreateReply
    /// `PATCH /v1/users/{id}` with another digest of the password. Done twice, it is done once.
    func renew(_ digest: PasswordDigest, of user: ClerkUserID) async -> RenewReply
    /// `DELETE /v1/users/{id}`. Done twice, it is done once.
    func delete(_ user: ClerkUserID) async -> DeleteReply
    /// `GET /v1/users` with up to `MigrationLimits.lookUpIDs` values.
    func users(_ lookUp: ClerkLookUp) async -> ClerkLookUpReply
}

/// What one call looks for.
package enum ClerkLookUp: Sendable, Hashable {
    case externalIDs([String])
    case emailAddresses([String])
    /// Clerk's own.
    case userIDs([String])
}

/// What the answer to `POST /v1/users` means.
package enum CreateReply: Sendable, Hashable {
    case created(ClerkUserID)
    /// Something that is unique in the instance is taken already, perhaps by this very person.
    case taken(ClerkFault)
    /// Clerk will not have this user, however often it is asked.
    case refused(ClerkFault)
    /// 429: nothing was done.
    case limited(retryAfterSeconds: Int)
    /// Nobody knows whether it was done.
    case unclear(String)
    /// Our key, the address of the API or the instance's quota: the next user would fare no better.
    case hopeless(String)
}

/// What the answer to a change of the password means.
package enum RenewReply: Sendable, Hashable {
    case renewed
    /// Clerk will not have this digest, or has no such user.
    case refused(ClerkFault)
    /// 429: nothing was done.
    case limited(retryAfterSeconds: Int)
    /// Nobody knows whether it was done; asking again does no harm.
    case unclear(String)
    case hopeless(String)
}

/// What the answer to a deletion means.
package enum DeleteReply: Sendable, Hashable {
    /// Or there was no such user.
    case deleted
    /// 429: nothing was done.
    case limited(retryAfterSeconds: Int)
    /// Nobody knows whether it was done.
    case unclear(String)
    case hopeless(String)
}

package enum ClerkLookUpReply: Sendable, Hashable {
    case users([ClerkUser])
    case limited(retryAfterSeconds: Int)
    case failed(String)
    case hopeless(String)
}

/// One entry of Clerk's error envelope. One documented error has an empty code.
package struct ClerkFault: Sendable, Hashable {
    package let code: String
    /// The member of the request that it is about.
    package let parameter: String?

    package init(code: String, parameter: String?) { (self.code, self.parameter) = (code, parameter) }

    package var words: String { (code.isEmpty ? "no code" : code) + (parameter.map { " (\($0))" } ?? "") }
}

/// Whose turn it is to call: all who call with the same secret key share Clerk's limits.
package protocol CallPace: Sendable {
    /// Returns when the next call may be made.
    func turn() async throws(Unavailable)
    /// Clerk has said 429: nobody calls for so long.
    func block(seconds: Int) async
    /// Waits without calling.
    func pause(milliseconds: Int) async
}
