import Crypto
import JOSE
import Telemetry

/// A token that was verified once, and all that must be looked at again when it comes back.
final class CachedToken {
    enum Subject {
        case clerk(ClerkSubject)
        case legacy(LegacySubject)
    }

    let subject: Subject
    let dates: TokenDates
    /// What the old application's queries are asked by, where there are any.
    let claim: LegacyClaim?
    private let key: PublicKey?
    /// The version of the settings under which it was verified.
    private let rules: UInt64
    /// The version of the key set in which the key was last seen.
    private var keyVersion: UInt64
    /// What these queries said, and until when that is believed.
    var standing: (known: LegacyStanding, until: UnixTime)?

    init(_ subject: Subject, dates: TokenDates, claim: LegacyClaim?, key: PublicKey?, keyVersion: UInt64, rules: UInt64) {
        (self.subject, self.dates, self.claim) = (subject, dates, claim)
        (self.key, self.keyVersion, self.rules) = (key, keyVersion, rules)
    }

    func isStill(provedUnder rules: UInt64, keys: KeyRing) -> Bool {
        guard self.rules == rules else { return false }
        guard case .clerk = subject, keyVersion != keys.version else { return true }
        guard let key, keys.keys.contains(key) else { return false }
        keyVersion = keys.version
        return true
    }
}

/// What the old application's database said about a session token.
final class CachedSession {
    let subject: LegacySubject?
    private let until: UnixTime
    /// The version of the settings under which it was asked. Not a part of the key: what is asked anew takes the place of what
    /// was known, where every change of the settings would leave a whole table of answers behind that nobody can find.
    private let rules: UInt64

    init(_ subject: LegacySubject?, until: UnixTime, rules: UInt64) {
        (self.subject, self.until, self.rules) = (subject, until, rules)
    }

    func isStill(believedUnder rules: UInt64, at now: UnixTime) -> Bool { self.rules == rules && now < until }
}

/// One worker's memory of tokens. It outlives a change of the settings; what was verified under others does not count.
package final class TokenCache {
    let tokens: BytesCache<CachedToken>
    let sessions: BytesCache<CachedSession>
    let sightings: Sightings
    /// Whose tokens count no more, remembered or new. The worker keeps it up to date.
    package var revoked = RevocationSet() { didSet { refusesSome = !revoked.isEmpty } }
    /// Whether there is anybody: all that an ordinary request asks.
    private(set) var refusesSome = false

    /// - Parameter seed: random, once per process, so that nobody can aim tokens at one place of the table.
    package init(
        seed: UInt64, tokensMax: Int = AuthenticationLimits.cachedTokens,
        tokenBytesMax: Int = AuthenticationLimits.cachedTokenBytes,
        sessionsMax: Int = AuthenticationLimits.cachedAnswers
    ) {
        let hash = SeededHash(seed: seed)
        sightings = Sightings(hash: hash, count: tokensMax)
        tokens = BytesCache(hash: hash, entriesMax: tokensMax, bytesMax: tokenBytesMax)
        sessions = BytesCache(hash: hash, entriesMax: sessionsMax, bytesMax: tokenBytesMax)
    }

    /// For a clock that was set: what was to be believed until some time would be believed for too long.
    package func removeAll() {
        tokens.removeAll()
        sessions.removeAll()
    }

    /// Looks at the memory of tokens since the worker began: those that found one, and those that did not. A token that no side
    /// knows is looked for by each side that is asked.
    package var hits: UInt64 { tokens.hits }
    package var misses: UInt64 { tokens.misses }

    package var tokenCount: Int { tokens.count }
    package var sessionCount: Int { sessions.count }
    package var byteCount: Int { tokens.byteCount + sessions.byteCount }
}
