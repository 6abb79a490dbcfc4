package import Authentication
package import Telemetry

/// How often one Clerk user may ask for something that costs a request to Clerk and a transaction: a burst, and then one
/// in a while. One per worker, bounded; who is forgotten begins anew.
package struct AttemptLimiter {
    private struct Bucket {
        var left: Int
        var since: UnixTime
    }

    private var buckets = GenerationalCache<ClerkUserID, Bucket>(entriesMax: IdentityLimits.limitedUsers)

    package init() {}

    /// `nil`: go on; else how many seconds to wait.
    package mutating func retryAfterSeconds(for user: ClerkUserID, at now: UnixTime) -> Int? {
        var bucket = buckets.value(for: user) ?? Bucket(left: IdentityLimits.attempts, since: now)
        let earned = (now.seconds - bucket.since.seconds) / IdentityLimits.attemptSeconds
        if earned > 0 {
            bucket.left = min(IdentityLimits.attempts, bucket.left + Int(min(earned, Int64(IdentityLimits.attempts))))
            bucket.since = bucket.since.adding(seconds: earned * IdentityLimits.attemptSeconds)
        }
        guard bucket.left > 0 else { return Int(IdentityLimits.attemptSeconds) }
        bucket.left -= 1
        buckets.insert(bucket, for: user)
        return nil
    }
}
