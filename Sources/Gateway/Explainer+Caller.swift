import Authentication
import HTTP
import Identity
import Routing
import Settings
import Telemetry

// Who is calling, and what the origin would get.
extension Explainer {
    /// What came of the credentials; nothing in modes that do not look at them.
    struct Passed {
        var evidence: Evidence?
        var resolution: Resolution?
    }

    func end(
        in mode: Mode, _ question: Question, _ index: Int, hiding credentials: [CredentialReport]
    ) async -> Explanation.End {
        do throws(Refusal) {
            let generation = try generation(settings.with(mode, at: index))
            let route = generation.plan.routes[index]
            guard mode != .deny else { throw .closed(route.denyStatus) }
            let passed = try await pass(in: mode, question, route, generation)
            return try await forwarded(passed, question, route, generation, hiding: credentials)
        } catch {
            return .refused(error)
        }
    }

    func pass(in mode: Mode, _ question: Question, _ route: RoutePlan, _ generation: Generation) async throws(Refusal) -> Passed {
        guard mode.identifies else { return Passed() }
        let evidence: Evidence
        do throws(RefusedAuthentication) {
            evidence = try await generation.authenticator.authenticate(
                question.head, for: requirement(mode, route, question), at: now)
        } catch {
            throw .authentication(error.refusal)
        }
        return Passed(evidence: evidence, resolution: try await resolve(evidence, question.head, generation))
    }

    /// What the origin gets from somebody who has passed.
    func forwarded(
        _ passed: Passed, _ question: Question, _ route: RoutePlan, _ generation: Generation, hiding credentials: [CredentialReport]
    ) async throws(Refusal) -> Explanation.End {
        let (head, caller) = (question.head, passed.resolution?.caller)
        let account = account(of: head)
        if let evidence = passed.evidence, let resolution = passed.resolution {
            account.adopt(resolution, evidence, generation.plan)
        }
        if route.tellsStatus {
            try await generation.plan.requirePrivilege(of: caller, passed.evidence)
            guard let caller, [.get, .head].contains(head.method) else { throw .methodNotAllowed("GET, HEAD") }
            return .answered(ExplainedCaller(caller))
        }
        var content: [UInt8]?
        if let requirements = route.requirements {
            content = try check(question, caller, against: requirements)
            let limit = Int64(requirements.content.bytesMax)
            if !requirements.content.isEmpty, case .length(let length) = head.framing, length > limit {
                throw .contentTooLarge(limit: limit)
            }
        }
        var path = question.path
        if let own = route.ownSegments { path = try generation.plan.ownPath(own, route, head, path, for: caller) }
        let minted = try await mint(passed.evidence, caller, route, generation)
        let removal = passed.evidence.map { generation.authenticator.removal(route.credentials, $0, account) }
        let request = try generation.rewriter.rewrite(
            head, head.section,
            Rewriter.Findings(
                route: route, path: path, removal: removal, caller: caller, minted: minted, content: content, now: now,
                account: account, chain: question.chain))
        if case .length(let length) = head.framing, length > route.bodyBytesMax {
            throw .contentTooLarge(limit: route.bodyBytesMax)
        }
        return .forwarded(
            caller.map(ExplainedCaller.init), isConflict: account.isConflict || account.mayBeContradicted,
            head: ExplainedHead(
                bytes: Secret(request.head), text: Redaction(settings, hiding: credentials, of: head).text(request.head)))
    }

    func requirement(_ mode: Mode, _ route: RoutePlan, _ question: Question) -> Requirement {
        Requirement(
            mode: mode, isOptional: route.isOptional, isSecure: question.chain.isSecure(question.head.section),
            upgradeRoute: route.upgrade != nil && question.head.wantsUpgrade ? route.index : nil)
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

    /// - Returns: the content, where it would be held. Where it is not known, the fields say whether it would be looked at.
    private func check(
        _ question: Question, _ caller: Caller?, against requirements: Requirements
    ) throws(Refusal) -> [UInt8]? {
        let values = CallerValues(caller)
        let required = requirements.content
        do throws(RequirementRefusal) {
            try requirements.path.check(question.pathText.span, for: values)
            guard !required.isEmpty else { return nil }
            let form = try required.check(question.head.section)
            guard let content = question.content, content.count <= required.bytesMax else { return nil }
            try required.check(content.span, form, for: values)
            return content
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
