import Authentication
import GatewayTesting
import Telemetry
import Testing

@Suite struct RevocationSetTests {
    private let now = ManualClock().now

    private func subject(_ user: String, _ session: String) -> ClerkSubject {
        ClerkSubject(
            user: ClerkUserID(user), session: ClerkSessionID(session), isImpersonated: false, expires: now.adding(seconds: 60),
            issued: now)
    }

    @Test func `a session is refused, or all of a user's, and nobody else`() {
        let set = RevocationSet([
            Revocation("sess_1", until: now.adding(seconds: 1)), Revocation("user_b", until: now.adding(seconds: 1)),
        ])
        #expect(set.holds(subject("user_a", "sess_1"), at: now))
        #expect(set.holds(subject("user_b", "sess_2"), at: now))
        #expect(!set.holds(subject("user_a", "sess_2"), at: now))
        #expect(!set.holds(subject("user_b2", "sess_12"), at: now))
    }

    @Test func `it ends, and what is over is left out`() {
        let (end, later) = (now.adding(seconds: 70), now.adding(seconds: 71))
        let set = RevocationSet([Revocation("sess_1", until: end), Revocation("sess_2", until: later)])
        #expect(set.holds(subject("user_a", "sess_1"), at: now.adding(seconds: 69)))
        #expect(!set.holds(subject("user_a", "sess_1"), at: end))
        #expect(set.current(at: end) == RevocationSet([Revocation("sess_2", until: later)]))
        #expect(set.current(at: later).isEmpty)
    }

    @Test func `of two times for one the later holds`() {
        let set = RevocationSet([Revocation("sess_1", until: now.adding(seconds: 9)), Revocation("sess_1", until: now)])
        #expect(set.holds(subject("user_a", "sess_1"), at: now.adding(seconds: 8)))
        #expect(set.count == 1)
    }
}
