import Authentication
import GatewayTesting
import Identity
import Telemetry
import Testing

@Suite("AttemptLimiter") struct AttemptLimiterTests {
    let ada = ClerkUserID("user_ada")

    @Test func `after a burst there is one in a while, for each user apart`() {
        var limiter = AttemptLimiter()
        var clock = ManualClock()
        for _ in 0..<IdentityLimits.attempts { #expect(limiter.retryAfterSeconds(for: ada, at: clock.now) == nil) }
        #expect(limiter.retryAfterSeconds(for: ada, at: clock.now) == Int(IdentityLimits.attemptSeconds))
        #expect(limiter.retryAfterSeconds(for: ClerkUserID("user_bob"), at: clock.now) == nil)
        clock.advance(seconds: IdentityLimits.attemptSeconds)
        #expect(limiter.retryAfterSeconds(for: ada, at: clock.now) == nil)
        #expect(limiter.retryAfterSeconds(for: ada, at: clock.now) != nil)
    }

    @Test func `waiting long earns one burst and not more`() {
        var limiter = AttemptLimiter()
        var clock = ManualClock()
        #expect(limiter.retryAfterSeconds(for: ada, at: clock.now) == nil)
        clock.advance(seconds: 1_000_000)
        for _ in 0..<IdentityLimits.attempts { #expect(limiter.retryAfterSeconds(for: ada, at: clock.now) == nil) }
        #expect(limiter.retryAfterSeconds(for: ada, at: clock.now) != nil)
    }

    @Test func `a clock that goes back opens no door`() {
        var limiter = AttemptLimiter()
        var clock = ManualClock()
        for _ in 0..<IdentityLimits.attempts { _ = limiter.retryAfterSeconds(for: ada, at: clock.now) }
        clock.advance(seconds: -1_000)
        #expect(limiter.retryAfterSeconds(for: ada, at: clock.now) != nil)
    }
}
