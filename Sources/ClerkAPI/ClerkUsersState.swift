import Authentication
import Migration

/// What the calls of `ClerkUsersAPI` share: who waits for which user, and whether Clerk asked us to stay away.
struct ClerkUsersState {
    typealias Reply = @Sendable (ClerkUsersAPI.Answer) -> Void

    enum Asked: Equatable {
        /// Nobody is asking about this user: call.
        case call
        /// Somebody is; the same answer will do.
        case joined
        case blocked(retryAfterSeconds: Int)
    }

    private var waiting: [ClerkUserID: [Reply]] = [:]
    /// 429: no call before then.
    private var blockedUntil: Int64 = 0
    private var keyIsRefused = false
    private var calls: UInt64 = 0
    private var failures: UInt64 = 0
    private var lastFailure: String?

    mutating func asked(_ id: ClerkUserID, at now: Int64, _ reply: @escaping Reply) -> Asked {
        guard now >= blockedUntil else { return .blocked(retryAfterSeconds: secondsBlocked(at: now)) }
        guard waiting[id] == nil else {
            waiting[id]?.append(reply)
            return .joined
        }
        waiting[id] = [reply]
        calls += 1
        return .call
    }

    /// Who waits for this answer, and what an operator must hear: each trouble with our key is said once.
    mutating func answered(_ id: ClerkUserID, _ outcome: ClerkUserOutcome, at now: Int64) -> (waiting: [Reply], report: String?) {
        var report: String?
        switch outcome {
        case .user, .noSuchUser: keyIsRefused = false
        case .limited(let seconds): blockedUntil = max(blockedUntil, now + Int64(seconds) * 1000)
        case .refused:
            if !keyIsRefused { report = "Clerk refuses clerk.secretKey: nobody can be linked until it is mended" }
            keyIsRefused = true
        case .failed: break
        }
        if let failure = outcome.failure {
            failures += 1
            lastFailure = failure
        }
        return (waiting.removeValue(forKey: id) ?? [], report)
    }

    func status(at now: Int64) -> ClerkUsersStatus {
        ClerkUsersStatus(
            calls: calls, failures: failures, callsUnderWay: waiting.count,
            blockedSeconds: now < blockedUntil ? secondsBlocked(at: now) : 0,
            keyIsRefused: keyIsRefused, lastFailure: lastFailure)
    }

    private func secondsBlocked(at now: Int64) -> Int { Int((blockedUntil - now + 999) / 1000) }
}

/// How the Backend API has treated us, for metrics and `/readyz`.
package struct ClerkUsersStatus: Sendable, Hashable {
    package let calls: UInt64
    package let failures: UInt64
    /// Sent, or waiting for a free connection.
    package let callsUnderWay: Int
    /// How much longer Clerk wants us to stay away (429).
    package let blockedSeconds: Int
    package let keyIsRefused: Bool
    package let lastFailure: String?
}
