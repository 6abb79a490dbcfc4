package import Crypto
package import Authentication
import Identity
import Migration
import Settings
import Sockets

/// What one worker has made of one plan: its verifiers, its callers and its connections to the origins. A request keeps
/// the generation that it began with; when the plan changes, the worker makes the next one and retires this one.
final class Generation {
    let plan: Plan
    let authenticator: Authenticator
    /// `nil` where the settings have no directory: then no route asks who is calling.
    let callers: Callers?
    /// What links at first sight, and by confirmation; `nil` where nothing can be asked of Clerk.
    let linker: Linker?
    /// How often each Clerk user asks for the confirmation page.
    var confirmations = AttemptLimiter()
    let rewriter: Rewriter
    let pools: [OriginPool]
    /// By index into `Settings.routes`.
    let mints: [CredentialMint?]

    init(_ plan: Plan, version: UInt64, tokens: TokenCache, loop: Loop, buffers: BufferPool) throws(CryptoError) {
        self.plan = plan
        authenticator = try plan.authenticator(version: version, tokens: tokens)
        linker = plan.linker()
        callers = plan.callers(linker)
        rewriter = Rewriter(filter: plan.filter, assertion: try AssertionSigner(plan.settings))
        mints = try plan.mints()
        pools = zip(plan.settings.origins, plan.origins).map { OriginPool(origin: $0, servers: $1, loop: loop, buffers: buffers) }
    }

    /// What was to be believed until some time is no longer: the clock was set.
    func forget() {
        callers?.cache.invalidateEverything()
        for mint in mints { mint?.forget() }
        confirmations = AttemptLimiter()
    }

    /// Closes what is idle; what is in use is closed when it is put back.
    func retire() { for pool in pools { pool.retire() } }
}

extension Plan {
    /// Throws for key material that OpenSSL refuses, which is found before a plan is published.
    package func authenticator(version: UInt64, tokens: TokenCache) throws(CryptoError) -> Authenticator {
        try Authenticator(
            settings, version: version, keys: services.keys, keySource: services.keySource, store: services.store,
            userInfo: services.userInfo, cache: tokens)
    }

    fileprivate func mints() throws(CryptoError) -> [CredentialMint?] {
        var mints: [CredentialMint?] = []
        for route in settings.routes {
            guard let mint = route.mint else {
                mints.append(nil)
                continue
            }
            mints.append(try CredentialMint(mint, rows: services.sessions))
        }
        return mints
    }

    fileprivate func linker() -> Linker? {
        guard let directory = services.directory, let rules = settings.directory, let clerkUsers = services.clerkUsers else {
            return nil
        }
        return Linker(directory: directory, clerkUsers: clerkUsers, rules: LinkRules(rules))
    }

    fileprivate func callers(_ linker: Linker?) -> Callers? {
        guard let directory = services.directory, let rules = settings.directory else { return nil }
        return Callers(
            directory: directory, firstSight: linker, fields: settings.identity, legacyNames: settings.legacy.map(\.name),
            linking: rules.linking, cache: CallerCache())
    }
}
