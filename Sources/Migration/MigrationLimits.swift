/// Clerk's published limits, as far as a migration meets them, and our own.
package enum MigrationLimits {
    /// Calls of the Backend API in ten seconds, by the kind of secret key.
    static let liveCallsPerTenSeconds = 1_000
    static let testCallsPerTenSeconds = 100
    /// Users of one instance with test keys.
    static let testUsers = 500
    /// Values of one filter of `GET /v1/users`: ids that one look-up asks for.
    static let lookUpIDs = 100
    /// `POST /v1/invitations` in an hour, each for one address.
    static let invitationsPerHour = 100
    /// `POST /v1/invitations/bulk` in an hour, each for ten addresses.
    static let bulkInvitationsPerHour = 250
    /// One kind of a user's metadata.
    static let metadataBytes = 8_192
    /// Ids shown of each cause; the rest are counted.
    static let examples = 5
}
