import Authentication
import Identity
import Testing

@Suite("AttemptLimiter") struct AttemptLimiterTests {
    let ada = ClerkUserID("user_ada")
    let pause = IdentityLimits.attemptSeconds * 1000
    var limiter = AttemptLimiter<ClerkUserID>()
    var now: Int64 = 5_000_000

    /// How many of so many attempts are let through.
    mutating func admitted(of count: Int, from user: ClerkUserID? = nil) -> Int {
        (0..<count).count { _ in limiter.retryAfterSeconds(for: user ?? ada, at: now) == nil }
    }

    @Test mutating func `after a burst there is one in a while, for each user apart`() {
        #expect(admitted(of: 50) == IdentityLimits.attempts)
        #expect(admitted(of: 1, from: ClerkUserID("user_bob")) == 1)
        now += pause
        #expect(admitted(of: 50) == 1)
    }

    @Test mutating func `who is refused learns when the next attempt is earned`() {
        #expect(admitted(of: 50) == IdentityLimits.attempts)
        for (later, seconds) in [(0, 6), (1, 6), (1_000, 5), (5_000, 1)] {
            #expect(limiter.retryAfterSeconds(for: ada, at: now + Int64(later)) == seconds)
        }
    }

    @Test mutating func `waiting long earns one burst and not more`() {
        #expect(admitted(of: 1) == 1)
        now += 1_000_000_000
        #expect(admitted(of: 50) == IdentityLimits.attempts)
    }

    @Test mutating func `a worker whose clock was read a moment before opens no door and closes none`() {
        #expect(admitted(of: IdentityLimits.attempts - 1) == IdentityLimits.attempts - 1)
        now -= 3
        #expect(admitted(of: 50) == 1)
        now += pause + 3
        #expect(admitted(of: 50) == 1)
    }
}
