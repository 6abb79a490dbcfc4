/// How often the key set may be fetched, whoever asks: three times in a row, then once per cool-down. With the default
/// of 10 s that is at most four fetches in any 10 s, however many tokens with invented key ids arrive.
struct FetchLimiter {
    private let refillMilliseconds: Int64
    private var left = Limits.fetchBurst
    /// When the next one is added; meaningless while none is missing.
    private var nextRefill: Int64 = 0

    init(cooldownSeconds: Int) { refillMilliseconds = Int64(max(1, cooldownSeconds)) * 1000 }

    /// Whether a fetch may begin now; it is then counted.
    mutating func take(at now: Int64) -> Bool {
        refill(at: now)
        guard left > 0 else { return false }
        if left == Limits.fetchBurst { nextRefill = now + refillMilliseconds }
        left -= 1
        return true
    }

    /// Until a fetch may begin; 0 when one may begin now.
    mutating func millisecondsUntilNext(at now: Int64) -> Int64 {
        refill(at: now)
        return left > 0 ? 0 : nextRefill - now
    }

    private mutating func refill(at now: Int64) {
        while left < Limits.fetchBurst, now >= nextRefill {
            left += 1
            nextRefill += refillMilliseconds
        }
    }
}
