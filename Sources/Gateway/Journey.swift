import Authentication
import HTTP
import HTTPServer
import Identity
import Routing
import Settings
import Sockets
import Telemetry

/// The journey of one request, top to bottom. The client's head has been read (`ServerConnection`); each step below is
/// one question with one answer or one refusal, and the whole is accounted for when it is over (`Worker+Account.swift`).
extension Conversation {
    func journey() async throws(Refusal) {
        let head = client.head
        let generation = worker.generation
        let now = UnixTime(milliseconds: worker.loop.wallMilliseconds)
        let section = head.section
        var path = try canonicalise(head, section, generation.plan)
        var content: [UInt8]?
        if generation.plan.answersItself, try await answerItself(head, section, path, &content, generation, at: now) { return }
        guard let route = try match(head, section, path, generation.plan) else { return await respondHealthy() }
        var evidence = try await authenticate(head, for: route, generation, at: now)
        var caller = try await resolve(evidence, for: route, generation, at: now)
        if let canary = route.canary { try await hold(&evidence, &caller, to: canary, for: route, generation, at: now) }
        if route.tellsStatus { return try await tellStatus(to: caller, evidence, generation) }
        if let requirements = route.requirements {
            content = try await check(head, section, path.bytes, content, caller, against: requirements)
        }
        if let own = route.ownSegments { path.bytes = try generation.plan.ownPath(own, route, head, path.bytes, for: caller) }
        let minted = route.mints ? try await mint(evidence, caller, route, generation, at: now) : nil
        let request = try rewrite(head, section, path.bytes, evidence, caller, content, minted, route, generation, at: now)
        let exchange = try await forward(request, for: route, generation)
        try await respond(exchange)
    }

    // MARK: Where the request goes

    /// The one form of the path that is matched, logged and forwarded. `bytes` is empty where the client sent that form.
    private func canonicalise(
        _ head: RequestHead, _ section: FieldSection, _ plan: Plan
    ) throws(Refusal) -> (canonical: CanonicalPath, bytes: [UInt8]) {
        guard section.count(.via) < FixedLimits.hops else { throw .loop }
        if head.wantsWebSocket, head.framing != .empty { throw .upgradeWithContent }
        var bytes: [UInt8] = []
        do throws(PathRefusal) {
            let canonical = try plan.canonicalizer.canonicalize(section.bytes.span.extracting(head.path), into: &bytes)
            if canonical.isRewritten { account.path = bytes }
            return (canonical, bytes)
        } catch {
            throw .path(error)
        }
    }

    /// `nil`: the request is for our own `/healthz`.
    private func match(
        _ head: RequestHead, _ section: FieldSection, _ path: (canonical: CanonicalPath, bytes: [UInt8]), _ plan: Plan
    ) throws(Refusal) -> RoutePlan? {
        let bytes = path.bytes.isEmpty ? section.bytes.span.extracting(head.path) : path.bytes.span
        let matched: MatchedRoute
        do throws(RoutingRefusal) {
            matched = try plan.table.match(
                bytes, path.canonical, authority: section.bytes.span.extracting(head.authority), method: head.method)
        } catch {
            // Ours only where no route takes it: what stands behind a catch-all answers as before.
            if error == .noRoute, section.string(head.path) == "/healthz" { return nil }
            throw .routing(error)
        }
        account.route = plan.routes[matched.index]
        return account.route
    }

    // MARK: Who is calling

    private func authenticate(
        _ head: RequestHead, for route: RoutePlan, _ generation: Generation, at now: UnixTime
    ) async throws(Refusal) -> Evidence? {
        switch route.mode {
        case .public: return nil
        case .observe: return observe(head, for: route, generation, at: now)
        case .deny: throw .closed(route.denyStatus)
        case .legacy, .dual, .clerk: break
        }
        do throws(RefusedAuthentication) {
            account.evidence = try await generation.authenticator.authenticate(head, for: requirement(of: route), at: now)
            return account.evidence
        } catch {
            account.refusedStandings = error.standings
            throw .authentication(error.refusal)
        }
    }

    private func resolve(
        _ evidence: Evidence?, for route: RoutePlan, _ generation: Generation, at now: UnixTime
    ) async throws(Refusal) -> Caller? {
        guard let evidence, route.mode != .observe else { return nil }
        do throws(IdentityRefusal) { return try await identify(evidence, generation, at: now) } catch { throw .identity(error) }
    }

    /// The origin's own credential, where the route mints one for this caller.
    private func mint(
        _ evidence: Evidence?, _ caller: Caller?, _ route: RoutePlan, _ generation: Generation, at now: UnixTime
    ) async throws(Refusal) -> MintedCredential? {
        guard let evidence, let caller, let mint = generation.mints[route.index] else { return nil }
        do throws(IdentityRefusal) { return try await mint.credential(for: caller, evidence, at: now) } catch {
            throw .identity(error)
        }
    }

    // MARK: What the origin gets

    private func rewrite(
        _ head: RequestHead, _ section: FieldSection, _ path: [UInt8], _ evidence: Evidence?, _ caller: Caller?,
        _ content: [UInt8]?, _ minted: MintedCredential?, _ route: RoutePlan, _ generation: Generation, at now: UnixTime
    ) throws(Refusal) -> OriginRequest {
        // In `public` and `observe` credentials are forwarded as they were sent.
        let removal =
            route.mode == .observe ? nil : evidence.map { generation.authenticator.removal(route.credentials, $0, account) }
        if minted != nil { account.minted = minted }
        let given = section.first(.traceparent).map { isValidTraceparent(section.bytes.span.extracting($0)) }
        if given != true { worker.identifiers.appendTraceparent(to: &account.traceparent) }
        let request = try generation.rewriter.rewrite(
            head, section,
            Rewriter.Findings(
                route: route, path: path, removal: removal, caller: caller, minted: minted, content: content, now: now,
                account: account, chain: chain))
        worker.counters.strippedFields += UInt64(request.strippedFields)
        return request
    }

    private func forward(_ request: OriginRequest, for route: RoutePlan, _ generation: Generation) async throws(Refusal) -> Exchange
    {
        guard let origin = route.origin else { throw .routing(.noRoute) }
        if request.wantsUpgrade, worker.counters.tunnelsOpen >= worker.tunnelsMax { throw .tunnelsFull(limit: worker.tunnelsMax) }
        // What is announced as too large is refused before any of it is sent.
        if case .length(let length) = client.head.framing, length > route.bodyBytesMax {
            throw .contentTooLarge(limit: route.bodyBytesMax)
        }
        let exchange = reusableExchange
        exchange.begin(
            timeouts: route.timeouts, limits: generation.plan.limits, bodyBytesMax: route.bodyBytesMax, isHeld: hasReadContent)
        self.exchange = exchange
        do throws(ForwardFailure) {
            try await exchange.forward(request, to: generation.pools[origin])
            return exchange
        } catch {
            account.bytesIn = exchange.bytesUploaded
            throw Refusal(error)
        }
    }
}
