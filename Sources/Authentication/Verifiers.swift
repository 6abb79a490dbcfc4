import Crypto
import JOSE
import Settings
import Snapshot
import Telemetry

/// Judges single credentials from the keys and the memory of one worker, and never waits: what is not known is thrown
/// as a `Question`.
final class Verifiers {
    let plan: CredentialPlan
    private let clerk: ClerkRules?
    let legacy: [LegacyRules]
    let cache: TokenCache
    let version: UInt64
    let ring = KeyRing()
    let reader = TokenReader()
    private var published: Snapshot<KeySet>?
    /// Whether a newer key set can be asked for: not where a PEM key is all there is.
    private let canFetchKeys: Bool
    /// Whether any place holds a credential that proves nothing.
    private(set) var readsUnproved = false

    enum LegacyRules {
        case token(LegacyTokenRules)
        /// Somebody must be asked: the database, or the old application, which tells a cookie from a field.
        case asked(seconds: Int64, isSecure: Bool, bySource: Bool)
        case unsigned(UnsignedTokenRules)
        case asserted
    }

    /// - Parameter version: of the settings; tokens that were verified under another one are verified again.
    init(_ settings: Settings, version: UInt64, keys: Published<KeySet>?, canFetchKeys: Bool, cache: TokenCache) throws(CryptoError)
    {
        let suffix = settings.clerk?.publishableKey.map(ClerkCookies.suffix(publishableKey:))
        plan = CredentialPlan(
            clerk: settings.clerk != nil, clerkSuffix: suffix, legacy: settings.legacy,
            upgrades: settings.routes.map(\.upgradeFrom))
        clerk = settings.clerk.map(ClerkRules.init)
        var rules: [LegacyRules] = []
        for (entry, legacy) in settings.legacy.enumerated() { rules.append(try LegacyRules(legacy, entry: entry)) }
        (legacy, self.cache, self.version, self.canFetchKeys) = (rules, cache, version, canFetchKeys)
        published = keys.map(Snapshot.init)
        readsUnproved = plan.sources.contains(where: \.isUnproved)
        adoptKeys(always: true)
    }

    /// Takes over a newer key set, if there is one: a plain load where there is none.
    func adoptKeys(always: Bool = false) {
        guard published?.refresh() ?? false || always, let published else { return }
        // Every key was checked when the set was made; should one fail now, the set before stays in use.
        try? ring.adopt(published.value, version: published.version)
    }
}

// Clerk's side.
extension Verifiers {
    typealias Judged<Subject: Sendable> = (verdict: Verdict<Subject>, fault: TokenFault?)

    func judgeClerk(_ text: Span<UInt8>, _ answers: Answers?, at now: UnixTime) throws(Question) -> Judged<ClerkSubject> {
        guard let clerk else { return (.foreign, .issuer) }
        if let known = cache.tokens.value(for: text), known.isStill(provedUnder: version, keys: ring) {
            guard case .clerk(let subject) = known.subject else { return (.foreign, .issuer) }
            if isRevoked(subject, at: now) { return (.forged, .revoked) }
            return known.dates.verdict(subject, at: now)
        }
        guard text.count <= AuthenticationLimits.tokenBytes else { return (.foreign, .tooLong) }
        guard let token = try? reader.read(text) else { return (.foreign, .malformed) }
        let (judgement, verified) = clerk.judge(token, with: ring, at: now)
        switch judgement {
        case .foreign(let fault): return (.foreign, fault)
        case .refused(let fault): return (.forged, fault)
        case .unproved(let fault): return try judgeUnproved(fault, answers)
        case .expired(let subject): return (.expired(subject), .expired)
        case .valid(let subject, let dates):
            if let verified { remember(.clerk(subject), verified, dates, claim: nil) }
            if isRevoked(subject, at: now) { return (.forged, .revoked) }
            return (.valid(subject), nil)
        }
    }

    private func isRevoked(_ subject: ClerkSubject, at now: UnixTime) -> Bool {
        cache.refusesSome && cache.revoked.holds(subject, at: now)
    }

    /// A token of ours whose signature no key of ours explains. It may be called forged only after a fetch that started
    /// when the token was here already; if none can be made the trouble is ours.
    private func judgeUnproved(_ fault: TokenFault, _ answers: Answers?) throws(Question) -> Judged<ClerkSubject> {
        guard canFetchKeys else { return fault == .keysNotLoaded ? (.unavailable, fault) : (.forged, fault) }
        switch answers?.keys ?? .notAsked {
        case .notAsked: throw .keys
        case .fetched: return fault == .keysNotLoaded ? (.unavailable, fault) : (.forged, fault)
        case .limited: return (.unavailable, .keysLimited)
        case .unavailable: return (.unavailable, .keysUnavailable)
        }
    }

    /// Whether an unjudged token says that our Clerk instance issued it.
    func looksLikeClerks(_ text: Span<UInt8>) -> Bool {
        guard let clerk, text.count <= AuthenticationLimits.tokenBytes, let token = try? reader.read(text) else { return false }
        return clerk.claims(token)
    }

    @discardableResult
    func remember(_ subject: CachedToken.Subject, _ token: VerifiedToken, _ dates: TokenDates, claim: LegacyClaim?)
        -> CachedToken
    {
        let entry = CachedToken(subject, dates: dates, claim: claim, key: token.key, keyVersion: ring.version, rules: version)
        cache.tokens.insert(entry, for: token.text)
        return entry
    }
}
