package import Authentication

/// How often one person, or one client, may ask for something that costs a request to Clerk, a transaction or mail: a burst, and
/// then one in a while. One for the process, bounded; who is forgotten begins anew.
package struct AttemptLimiter<Key: Hashable> {
    private struct Bucket {
        var left: Int
        /// On the clock that nobody sets.
        var since: Int64
    }

    private var buckets = GenerationalCache<Key, Bucket>(entriesMax: IdentityLimits.limitedUsers)

    package init() {}

    /// `nil`: go on; else how many seconds to wait.
    /// - Parameters:
    ///   - now: milliseconds of the steady clock, which two workers read a moment apart.
    ///   - burst: how many at once.
    ///   - seconds: in which another one is earned.
    package mutating func retryAfterSeconds(
        for user: Key, at now: Int64, burst: Int = IdentityLimits.attempts, every seconds: Int64 = IdentityLimits.attemptSeconds
    ) -> Int? {
        var bucket = buckets.value(for: user) ?? Bucket(left: burst, since: now)
        let pause = seconds * 1000
        let earned = max(0, now - bucket.since) / pause
        bucket.left = min(burst, bucket.left + Int(min(earned, Int64(burst))))
        bucket.since += earned * pause
        guard bucket.left > 0 else { return Int((bucket.since + pause - now + 999) / 1000) }
        bucket.left -= 1
        buckets.insert(bucket, for: user)
        return nil
    }
}

/// The limits of Segue's own pages, of the whole process and whatever its settings: a reload is no way around one.
package struct AttemptLimiters {
    /// Clerk users who ask for the page of a confirmation or of an invitation.
    package var joins = AttemptLimiter<ClerkUserID>()
    /// Users who ask for an invitation, and the addresses from which they do.
    package var askingClients = AttemptLimiter<[UInt8]>()
    /// Addresses from which links of invitations are opened.
    package var openers = AttemptLimiter<[UInt8]>()

    package init() {}
}
