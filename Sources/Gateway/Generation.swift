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
    /// Of the settings: no two generations of a worker have the same.
    let version: UInt64
    let authenticator: Authenticator
    /// `nil` where the settings have no directory: then no route asks who is calling.
    let callers: Callers?
    /// What links at first sight, and by confirmation; `nil` where nothing can be asked of Clerk.
    let linker: Linker?
    /// `nil` where the settings have no `clerk.webhooks`.
    let webhooks: WebhookReceiver?
    let rewriter: Rewriter
    let pools: [OriginPool]
    /// By index into `Settings.routes`.
    let mints: [CredentialMint?]

    /// - Parameter old: what this one takes the place of.
    init(
        _ plan: Plan, version: UInt64, after old: Generation?, tokens: TokenCache, loop: Loop, buffers: BufferPool
    ) throws(CryptoError) {
        (self.plan, self.version) = (plan, version)
        authenticator = try plan.authenticator(version: version, tokens: tokens)
        linker = plan.linker()
        webhooks = try plan.webhookReceiver(linker)
        callers = plan.callers(linker, knownBefore: old)
        rewriter = Rewriter(filter: plan.filter, assertion: try AssertionSigner(plan.settings))
        mints = try plan.mints(after: old)
        pools = zip(plan.settings.origins, plan.origins).map { OriginPool(origin: $0, servers: $1, loop: loop, buffers: buffers) }
    }

    /// What was to be believed until some time is no longer: the clock was set.
    func forget() {
        callers?.cache.invalidateEverything()
        for mint in mints { mint?.forget() }
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

    /// Routes that mint alike share what was minted, and so do two generations: a flip gives nobody a second session. With
    /// another database or another Clerk instance all begins anew.
    fileprivate func mints(after old: Generation?) throws(CryptoError) -> [CredentialMint?] {
        var known: [CredentialMint] = []
        if let old, old.plan.services.sessions === services.sessions, old.plan.settings.clerk?.issuer == settings.clerk?.issuer {
            known = old.mints.compactMap(\.self)
        }
        var mints: [CredentialMint?] = []
        for route in settings.routes {
            if let mint = route.mint, !known.contains(where: { $0.mint == mint }) {
                known.append(try CredentialMint(mint, rows: services.sessions))
            }
            mints.append(known.first { $0.mint == route.mint })
        }
        return mints
    }

    fileprivate func linker() -> Linker? {
        guard let directory = services.directory, let rules = settings.directory, let clerkUsers = services.clerkUsers else {
            return nil
        }
        return Linker(directory: directory, clerkUsers: clerkUsers, rules: LinkRules(rules))
    }

    /// Who is calling is asked again only where the answer might be another: a flip must not cost a statement for every caller.
    fileprivate func callers(_ linker: Linker?, knownBefore old: Generation?) -> Callers? {
        guard let directory = services.directory, let rules = settings.directory else { return nil }
        return Callers(
            directory: directory, firstSight: linker, fields: settings.identity, legacyNames: settings.legacy.map(\.name),
            linking: rules.linking, cache: knowsCallers(as: old?.plan) ? old?.callers?.cache ?? CallerCache() : CallerCache())
    }

    /// Whether a caller of the other plan is the same one here: of the same row, by the same link, told to origins in the same
    /// words. An old credential's is kept by the number of its entry. What depends on the route is judged for each request.
    private func knowsCallers(as other: Plan?) -> Bool {
        guard let other else { return false }
        return other.services.directory === services.directory && other.settings.directory == settings.directory
            && other.settings.clerk == settings.clerk && other.settings.legacy == settings.legacy
            && other.settings.identity == settings.identity
    }
}
