package import Telemetry

/// A Clerk session, or a Clerk user with all of theirs, that was ended before its tokens have.
package struct Revocation: Sendable, Hashable {
    /// `sess_…` or `user_…`.
    package let subject: String
    /// When no token of theirs can be good any more.
    package let until: UnixTime

    package init(_ subject: String, until: UnixTime) { (self.subject, self.until) = (subject, until) }
}

/// Whose tokens are refused though they are signed and have not ended. Immutable; empty but for the minute after somebody was signed
/// out by others.
package struct RevocationSet: Sendable, Equatable {
    private let until: [String: UnixTime]

    package init(_ revocations: [Revocation] = []) {
        until = Dictionary(revocations.map { ($0.subject, $0.until) }, uniquingKeysWith: max)
    }

    package var isEmpty: Bool { until.isEmpty }
    package var count: Int { until.count }

    package func holds(_ subject: ClerkSubject, at now: UnixTime) -> Bool {
        if let end = until[subject.session.text], now < end { return true }
        if let end = until[subject.user.text], now < end { return true }
        return false
    }

    /// Without what is over.
    package func current(at now: UnixTime) -> RevocationSet { RevocationSet(until.filter { now < $0.value }) }

    private init(_ until: [String: UnixTime]) { self.until = until }
}
