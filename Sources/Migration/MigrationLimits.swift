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
    /// What naming the run takes of it.
    static let batchBytes = 100
    /// Ids shown of each cause; the rest are counted.
    static let examples = 5
}

extension MigrationLimits {
    /// People planned at a time, in one statement with three values of each.
    static let plan = 1_000
    /// People taken at a time: as many as one look-up asks for, so that looking costs one call in a hundred.
    package static let claim = lookUpIDs
    /// Calls under way at once. Clerk takes some 300 ms for one, so that a thousand in ten seconds are thirty at a time.
    package static let calls = 32
    /// Of ten calls that Clerk allows, so many are ours: the gateway reads users with the same key.
    package static let tenths = 9
    /// How often the same unclear answers are looked into before the run ends. The waits between add up to two minutes.
    static let rounds = 8
    /// The wait before another round: doubling from the first, never above the second.
    static let backOffMilliseconds = 500...30_000
    /// How often a step that only the database can take is tried again, a second apart.
    package static let storeAttempts = 60
    /// After so many refusals to link somebody, in a row and by a database that answers otherwise, it is a matter of their row.
    static let linkAttempts = 3
    /// How often a command asks the same of Clerk that was limited, or had no answer.
    static let attempts = 10
    /// Between two of them, where Clerk has not said how long.
    static let attemptMilliseconds = 1_000
    /// People whose password Clerk never took clearly, without a single one that it did, after which a run ends.
    static let unclearRenewals = 2
    /// Refusals without a single creation after which a run ends.
    static let refusals = 50
    /// Before looking again for people whom others work on.
    static let othersMilliseconds = 500
}
