import Authentication
import HTTP
import HTTP1
package import Identity
import Routing
package import Settings
import Snapshot
package import Sockets
package import Telemetry

/// Sends one request on the steps of the journey, with the gateway's own parts and to no origin, once for each mode that its
/// route could be in. It runs as a task on a loop. Nothing is changed where the services change nothing.
package final class Explainer {
    let settings: Settings
    let services: Services
    let peer: Address?
    let now: UnixTime
    /// What the services were asked to change since this was last called.
    let intention: () -> DirectoryIntention?

    /// - Parameter settings: those in force, with what is set over the file.
    package init(
        _ settings: Settings, services: Services, peer: Address?, at now: UnixTime,
        intention: @escaping () -> DirectoryIntention?
    ) {
        (self.settings, self.services, self.peer) = (settings, services, peer)
        (self.now, self.intention) = (now, intention)
    }

    /// - Parameter message: a request as a client sends it. Its content is a part of the question where all of it is there.
    package func explain(_ message: [UInt8]) async -> Explanation {
        var explanation = Explanation()
        do throws(Refusal) {
            let question = try question(message)
            explanation.path = String(decoding: question.pathText, as: UTF8.self)
            let generation = try generation(settings)
            explanation.ownAnswer = try ownAnswer(question, generation.plan)
            if let own = explanation.ownAnswer {
                if own.links { try generation.plan.ownPages.requireOpenLinking() }
                return explanation
            }
            let route = try match(question, settings)
            explanation.route = route
            explanation.otherRoutes = settings.routes.indices.filter { index in
                index != route && (try? match(question, settings.withOnly(index))) != nil
            }
            explanation.lacksContent = question.content == nil && settings.routes[route].requiresContent
            explanation.credentials = await generation.authenticator.report(
                on: question.head, for: requirement(.observe, generation.plan.routes[route], question), at: now)
            explanation.canary = await canaryVerdict(question, route, hiding: explanation.credentials)
            _ = intention()
            for mode in Mode.allCases {
                let end = await end(in: mode, question, route, hiding: explanation.credentials)
                explanation.outcomes.append(.init(mode: mode, end: end, intention: intention()))
            }
        } catch {
            if case .routing(.noRoute) = error, explanation.path == "/healthz" {
                explanation.ownAnswer = .health
            } else {
                explanation.refusal = error
            }
        }
        return explanation
    }

    /// What a worker makes of settings, without an origin to connect to.
    func generation(_ settings: Settings) throws(Refusal) -> Generation {
        let plan = Plan(settings, services: services, origins: [])
        // Key material was tried when the settings were loaded.
        guard let loop = Loop.current,
            let generation = try? Generation(
                plan, version: 0, after: nil, tokens: TokenCache(seed: 0), loop: loop,
                buffers: BufferPool(blockBytes: FixedLimits.bufferBytes, blocksMax: 1))
        else { throw .authentication(.unavailable(retryAfterSeconds: 0, nil)) }
        return generation
    }
}

// What is asked, and where the request goes.
extension Explainer {
    struct Question {
        let head: RequestHead
        let canonical: CanonicalPath
        /// Empty where the client sent the canonical form.
        let path: [UInt8]
        /// `nil`: it is not known.
        let content: [UInt8]?
        let chain: ForwardedChain

        var pathText: [UInt8] { path.isEmpty ? Array(head.section.bytes[head.path]) : path }
    }

    private func question(_ message: [UInt8]) throws(Refusal) -> Question {
        let (head, limits) = (RequestHead(), settings.limits)
        var parser = RequestParser()
        var content: [UInt8]?
        do throws(RequestError) {
            let step = try parser.parse(
                message.span, into: head,
                limits: HeadLimits(
                    requestLineBytes: limits.requestLineBytes, headerBytes: limits.headerBytes, headerCount: limits.headerCount))
            if case .head(let end) = step, head.framing == .length(Int64(message.count - end)) { content = Array(message[end...]) }
        } catch {
            throw .request(error)
        }
        guard head.section.count(.via) < FixedLimits.hops else { throw .loop }
        if head.wantsWebSocket, head.framing != .empty { throw .upgradeWithContent }
        var bytes: [UInt8] = []
        do throws(PathRefusal) {
            let path = Array(head.section.bytes[head.path])
            let canonical = try PathCanonicalizer(settings.path).canonicalize(path.span, into: &bytes)
            let chain = ForwardedChain(peer: peer, trusted: settings.trustedProxies)
            return Question(head: head, canonical: canonical, path: bytes, content: content, chain: chain)
        } catch {
            throw .path(error)
        }
    }

    private func ownAnswer(_ question: Question, _ plan: Plan) throws(Refusal) -> Explanation.OwnAnswer? {
        if plan.crossOrigin != nil, Preflight(question.head, question.head.section) != nil { return .preflight }
        switch try plan.ownPages.page(at: question.pathText.span, question.canonical) {
        case .loginCallback: return .loginCallback
        case .upgrade: return .upgrade
        case .confirmation: return .confirmation
        case .webhook: return .webhook
        case .invitationAsked: return .invitationAsked
        case .invitation: return .invitation
        case nil: return nil
        }
    }

    private func match(_ question: Question, _ settings: Settings) throws(Refusal) -> Int {
        do throws(RoutingRefusal) {
            let authority = Array(question.head.section.bytes[question.head.authority])
            return try RouteTable(settings).match(
                question.pathText.span, question.canonical, authority: authority.span, method: question.head.method
            ).index
        } catch {
            throw .routing(error)
        }
    }
}

extension Settings {
    fileprivate func withOnly(_ index: Int) -> Settings {
        var settings = self
        settings.routes = [routes[index]]
        return settings
    }
}

extension Route {
    fileprivate var requiresContent: Bool { !requireJSON.isEmpty || !requireForm.isEmpty }
}
