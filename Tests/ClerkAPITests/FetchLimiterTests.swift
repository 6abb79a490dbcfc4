import Testing

@testable import ClerkAPI

@Suite struct FetchLimiterTests {
    @Test func `three may begin at once and the fourth waits for the cool-down`() {
        var limiter = FetchLimiter(cooldownSeconds: 10)
        #expect([limiter.take(at: 0), limiter.take(at: 1), limiter.take(at: 2), limiter.take(at: 3)] == [true, true, true, false])
        expect(limiter.millisecondsUntilNext(at: 3), 9_997)
        expect(limiter.take(at: 9_999), false)
        expect(limiter.take(at: 10_000), true)
        expect(limiter.take(at: 10_001), false)
    }

    @Test func `what was not used is not saved beyond the burst`() {
        var limiter = FetchLimiter(cooldownSeconds: 10)
        expect(limiter.take(at: 0), true)
        for _ in 0..<3 { expect(limiter.take(at: 1_000_000), true) }
        expect(limiter.take(at: 1_000_000), false)
    }

    @Test func `no ten seconds see more than four, whoever asks whenever`() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<50 {
            var limiter = FetchLimiter(cooldownSeconds: 10)
            var (now, taken): (Int64, [Int64]) = (0, [])
            while now < 200_000 {
                if limiter.take(at: now) { taken.append(now) }
                now += Int64.random(in: 0...3_000, using: &random)
            }
            for first in taken { #expect(taken.count { $0 >= first && $0 < first + 10_000 } <= 4) }
        }
    }

    @Test(arguments: [0, -1]) func `a cool-down of nothing counts as one second`(seconds: Int) {
        var limiter = FetchLimiter(cooldownSeconds: seconds)
        for _ in 0..<3 { expect(limiter.take(at: 5), true) }
        expect(limiter.millisecondsUntilNext(at: 5), 1_000)
    }
}
