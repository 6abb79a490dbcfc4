/// Every limit of the talk with Clerk, with its reason. How often keys are fetched and how long they serve is in the settings.
enum Limits {
    /// How long a request waits for a key set that was fetched after it arrived.
    static let keyWaitMilliseconds: Int64 = 2_000
    /// Requests that wait for keys at the same time; more are told to come back.
    static let keyWaitingMax = 1_024
    /// A fetch of the key set. Longer than a request waits: who came later still profits.
    static let keyFetchMilliseconds = 5_000
    /// Fetches in a row, whoever asks, before `clerk.keys.cooldownSeconds` counts: a rotation needs one or two.
    static let fetchBurst = 3
    /// Between two attempts while Clerk is away: doubling from the first, never above the second.
    static let keyRetryMilliseconds: ClosedRange<Int64> = 1_000...60_000
    /// The file of the last good key set, which holds keys of 256 KiB at most and their dates.
    static let keyFileBytes = 1 << 20
    /// A call about one user, the wait for a free connection included. A person waits for it, once in their life.
    static let userMilliseconds = 5_000
    /// A user with metadata and memberships is some tens of KiB.
    static let userBytes = 1 << 20
    /// A creation, a change or a deletion: Clerk takes some 300 ms, and who believes it lost too soon looks for it in vain.
    static let createMilliseconds = 10_000
    /// A look-up of a hundred.
    static let lookUpMilliseconds = 10_000
    /// A hundred users with metadata and memberships.
    static let lookUpBytes = 16 << 20
    /// For a 429 without `Retry-After`: the length of Clerk's windows.
    static let retryAfterSeconds = 10
    /// The longest `Retry-After` that is believed.
    static let retryAfterSecondsMax = 600
}
