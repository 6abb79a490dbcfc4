import Authentication
import HTTP
import Identity
import Routing
import Settings
import Telemetry

// Who is calling, and what the origin would get.
extension Explainer {
    func end(
        in mode: Mode, _ head: RequestHead, _ path: ExplainedPath, _ index: Int, hiding credentials: [CredentialReport]
    ) async -> Explanation.End {
        let account = account(of: head)
        let chain = ForwardedChain(peer: peer, trusted: settings.trustedProxies)
        do throws(Refusal) {
            let generation = try generation(settings.with(mode, at: index))
            let route = generation.plan.routes[index]
            guard mode != .deny else { throw .closed(route.denyStatus) }
            var (evidence, resolution): (Evidence?, Resolution?)
            if mode != .public, mode != .observe {
                evidence = try await authenticate(head, mode, route, chain, generation.authenticator)
                if let evidence {
                    let resolved = try await resolve(evidence, head, generation)
                    account.adopt(resolved, evidence, generation.plan)
                    resolution = resolved
                }
            }
            if let requirements = route.requirements { try check(head, path, resolution?.caller, against: requirements) }
            var forwarded = path.bytes
            if let own = route.ownSegments {
                forwarded = try generation.plan.ownPath(own, route, head, forwarded, for: resolution?.caller)
            }
            let minted = try await mint(evidence, resolution?.caller, route, generation)
            let removal = evidence.map { generation.authenticator.removal(route.credentials, $0, account) }
            let request = try generation.rewriter.rewrite(
                head, head.section,
                Rewriter.Findings(
                    route: route, path: forwarded, removal: removal, caller: resolution?.caller, minted: minted, content: nil,
                    now: now, account: account, chain: chain))
            if case .length(let length) = head.framing, length > route.bodyBytesMax {
                throw .contentTooLarge(limit: route.bodyBytesMax)
            }
            return .forwarded(
                resolution?.caller.map(ExplainedCaller.init), isConflict: account.isConflict || account.mayBeContradicted,
                head: ExplainedHead(
                    bytes: Secret(request.head), text: Redaction(settings, hiding: credentials, of: head).text(request.head)))
        } catch {
            return .refused(error)
        }
    }

    func requirement(_ mode: Mode, _ route: RoutePlan, _ head: RequestHead, _ chain: ForwardedChain) -> Requirement {
        Requirement(
            mode: mode, isOptional: route.isOptional, isSecure: chain.isSecure(head.section),
            upgradeRoute: route.upgrade != nil && head.wantsUpgrade ? route.index : nil)
    }

    private func authenticate(
        _ head: RequestHead, _ mode: Mode, _ route: RoutePlan, _ chain: ForwardedChain, _ authenticator: Authenticator
    ) async throws(Refusal) -> Evidence {
        let requirement = requirement(mode, route, head, chain)
        do throws(RefusedAuthentication) {
            return try await authenticator.authenticate(head, for: requirement, at: now)
        } catch {
            throw .authentication(error.refusal)
        }
    }

    private func resolve(_ evidence: Evidence, _ head: RequestHead, _ generation: Generation) async throws(Refusal) -> Resolution {
        guard let callers = generation.callers else { throw .identity(.unavailable(retryAfterSeconds: 30)) }
        let now = now
        do throws(IdentityRefusal) {
            return try await callers.resolve(
                evidence, requestID: "explain", at: now,
                judgeLegacy: { await generation.authenticator.judgeLegacy(of: head, evidence, at: now) })
        } catch {
            throw .identity(error)
        }
    }

    /// The content itself is not part of the question.
    private func check(
        _ head: RequestHead, _ path: ExplainedPath, _ caller: Caller?, against requirements: Requirements
    ) throws(Refusal) {
        let values = CallerValues(caller)
        do throws(RequirementRefusal) {
            try requirements.path.check(path.text(in: head).span, for: values)
            if !requirements.content.isEmpty { _ = try requirements.content.check(head.section) }
        } catch {
            throw .requirement(error)
        }
    }

    private func mint(
        _ evidence: Evidence?, _ caller: Caller?, _ route: RoutePlan, _ generation: Generation
    ) async throws(Refusal) -> MintedCredential? {
        guard route.mints, let evidence, let caller, let mint = generation.mints[route.index] else { return nil }
        do throws(IdentityRefusal) { return try await mint.credential(for: caller, evidence, at: now) } catch {
            throw .identity(error)
        }
    }

    private func account(of head: RequestHead) -> Account {
        let account = Account()
        var identifiers = RequestIdentifiers()
        let section = head.section
        if let given = section.first(.xRequestID), isAcceptableRequestID(section.bytes.span.extracting(given)) {
            account.requestID = Array(section.bytes[given])
        } else {
            identifiers.appendRequestID(at: now.milliseconds, to: &account.requestID)
        }
        let isPassedOn = section.first(.traceparent).map { isValidTraceparent(section.bytes.span.extracting($0)) } ?? false
        if !isPassedOn { identifiers.appendTraceparent(to: &account.traceparent) }
        return account
    }
}

extension ExplainedCaller {
    fileprivate init(_ caller: Caller) {
        self.init(user: caller.user.text, clerkUser: caller.clerkUser?.text, method: caller.method.text)
    }
}

extension Settings {
    /// As if one route were in another mode.
    fileprivate func with(_ mode: Mode, at index: Int) -> Settings {
        var settings = self
        settings.routes[index].mode = mode
        settings.routes[index].canary = nil
        return settings
    }
}
