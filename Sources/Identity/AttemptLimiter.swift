package import Authentication

/// How often one Clerk user may ask for something that costs a request to Clerk and a transaction: a burst, and then one
/// in a while. One for the process, bounded; who is forgotten begins anew.
package struct AttemptLimiter {
    private struct Bucket {
        var left: Int
        /// On the clock that nobody sets.
        var since: Int64
    }

    private var buckets = GenerationalCache<ClerkUserID, Bucket>(entriesMax: IdentityLimits.limitedUsers)

    package init() {}

    /// `nil`: go on; else how many seconds to wait.
    /// - Parameter now: milliseconds of the steady clock, which two workers read a moment apart.
    package mutating func retryAfterSeconds(for user: ClerkUserID, at now: Int64) -> Int? {
        var bucket = buckets.value(for: user) ?? Bucket(left: IdentityLimits.attempts, since: now)
        let pause = IdentityLimits.attemptSeconds * 1000
        let earned = max(0, now - bucket.since) / pause
        bucket.left = min(IdentityLimits.attempts, bucket.left + Int(min(earned, Int64(IdentityLimits.attempts))))
        bucket.since += earned * pause
        guard bucket.left > 0 else { return Int((bucket.since + pause - now + 999) / 1000) }
        bucket.left -= 1
        buckets.insert(bucket, for: user)
        return nil
    }
}
