package import Authentication
import Telemetry

/// The callers that one worker has resolved, and the refusals, for a short while. Bounded in entries and in time.
package final class CallerCache {
    enum Answer {
        case caller(Caller)
        case refused(IdentityRefusal)
    }

    private struct Kept {
        let answer: Answer
        let until: UnixTime
    }

    /// An old credential's caller differs by the entry that verified it, because the origin is told the method.
    struct LegacyKey: Hashable {
        let user: UserID
        let entry: Int
    }

    /// A refusal to link depends on the old credential that came along; another one may prove what this did not.
    struct RefusalKey: Hashable {
        let clerkUser: ClerkUserID
        let legacyUser: UserID?
        let legacyStanding: Standing
    }

    private var byClerkUser: GenerationalCache<ClerkUserID, Kept>
    private var byLegacy: GenerationalCache<LegacyKey, Kept>
    private var refusals: GenerationalCache<RefusalKey, Kept>
    /// Clerk users whose first session this worker has noted; later notes would change nothing.
    private var noted: GenerationalCache<ClerkUserID, Bool>
    /// Moves with every invalidation: an answer that was under way meanwhile may be stale and is not kept.
    package private(set) var epoch: UInt64 = 0

    package init(entriesMax: Int = IdentityLimits.callers) {
        byClerkUser = GenerationalCache(entriesMax: entriesMax)
        byLegacy = GenerationalCache(entriesMax: entriesMax)
        refusals = GenerationalCache(entriesMax: entriesMax)
        noted = GenerationalCache(entriesMax: entriesMax)
    }

    package var count: Int { byClerkUser.count + byLegacy.count + refusals.count }
}

// Look-ups, and what they keep.
extension CallerCache {
    func caller(of clerkUser: ClerkUserID, at now: UnixTime) -> Caller? {
        guard let kept = byClerkUser.value(for: clerkUser), now < kept.until, case .caller(let caller) = kept.answer else {
            return nil
        }
        return caller
    }

    func answer(of key: LegacyKey, at now: UnixTime) -> Answer? {
        guard let kept = byLegacy.value(for: key), now < kept.until else { return nil }
        return kept.answer
    }

    func refusal(of key: RefusalKey, at now: UnixTime) -> IdentityRefusal? {
        guard let kept = refusals.value(for: key), now < kept.until, case .refused(let refusal) = kept.answer else { return nil }
        return refusal
    }

    func keep(_ caller: Caller, of clerkUser: ClerkUserID, since epoch: UInt64, at now: UnixTime) {
        guard epoch == self.epoch else { return }
        byClerkUser.insert(Kept(answer: .caller(caller), until: now.adding(seconds: IdentityLimits.callerSeconds)), for: clerkUser)
    }

    func keep(_ answer: Answer, of key: LegacyKey, since epoch: UInt64, at now: UnixTime) {
        guard epoch == self.epoch else { return }
        let seconds =
            if case .caller = answer { IdentityLimits.callerSeconds } else { IdentityLimits.refusalSeconds }
        byLegacy.insert(Kept(answer: answer, until: now.adding(seconds: seconds)), for: key)
    }

    func keep(_ refusal: IdentityRefusal, of key: RefusalKey, since epoch: UInt64, at now: UnixTime) {
        guard epoch == self.epoch else { return }
        refusals.insert(Kept(answer: .refused(refusal), until: now.adding(seconds: IdentityLimits.refusalSeconds)), for: key)
    }

    func wasNoted(_ clerkUser: ClerkUserID) -> Bool { noted.value(for: clerkUser) ?? false }
    func note(_ clerkUser: ClerkUserID) { noted.insert(true, for: clerkUser) }
}

// What the directory tells the workers (NOTIFY): rare, so that walking the table is cheaper than an index kept for it.
extension CallerCache {
    package func invalidate(_ user: UserID) {
        epoch += 1
        byLegacy.removeAll { kept in Self.concerns(kept, user) }
        byClerkUser.removeAll { kept in Self.concerns(kept, user) }
        // Who is refused has no row yet; any change of a row may be what was missing.
        refusals.removeAll()
    }

    package func invalidate(_ clerkUser: ClerkUserID) {
        epoch += 1
        byClerkUser.remove(clerkUser)
        byLegacy.removeAll { kept in
            if case .caller(let caller) = kept.answer { caller.clerkUser == clerkUser } else { true }
        }
        refusals.removeAll()
    }

    /// After a reconnect of the LISTEN connection: notices may have been missed.
    package func invalidateEverything() {
        epoch += 1
        byClerkUser.removeAll()
        byLegacy.removeAll()
        refusals.removeAll()
    }

    private static func concerns(_ kept: Kept, _ user: UserID) -> Bool {
        if case .caller(let caller) = kept.answer { caller.user == user } else { true }
    }
}
