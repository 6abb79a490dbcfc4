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
    private let intention: () -> DirectoryIntention?

    package init(
        _ settings: Settings, services: Services, peer: Address?, at now: UnixTime,
        intention: @escaping () -> DirectoryIntention?
    ) {
        (self.settings, self.services, self.peer) = (settings, services, peer)
        (self.now, self.intention) = (now, intention)
    }

    /// - Parameter message: the head of a request, as a client sends it.
    package func explain(_ message: [UInt8]) async -> Explanation {
        var explanation = Explanation()
        let head = RequestHead()
        do throws(Refusal) {
            try parse(message, into: head)
            let path = try canonicalise(head)
            explanation.path = String(decoding: path.text(in: head), as: UTF8.self)
            let generation = try generation(settings)
            explanation.ownAnswer = ownAnswer(head, path, generation.plan)
            guard explanation.ownAnswer == nil else { return explanation }
            let route = try match(head, path, settings)
            explanation.route = route
            explanation.otherRoutes = settings.routes.indices.filter { index in
                index != route && (try? match(head, path, settings.withOnly(index))) != nil
            }
            let chain = ForwardedChain(peer: peer, trusted: settings.trustedProxies)
            explanation.credentials = await generation.authenticator.report(
                on: head, for: requirement(.observe, generation.plan.routes[route], head, chain), at: now)
            for mode in Mode.allCases {
                let end = await end(in: mode, head, path, route, hiding: explanation.credentials)
                explanation.outcomes.append(.init(mode: mode, end: end, intention: intention()))
            }
            explanation.canary = canary(generation.plan.routes[route], explanation.outcomes)
        } catch {
            if error.isNoRoute, explanation.path == "/healthz" {
                explanation.ownAnswer = .health
            } else {
                explanation.refusal = error
            }
        }
        return explanation
    }

    /// The canary's mode, where the caller that the route's own mode lets in is in the sample.
    private func canary(_ route: RoutePlan, _ outcomes: [Explanation.Outcome]) -> Mode? {
        guard let canary = route.canary, let own = outcomes.first(where: { $0.mode == route.mode }),
            case .forwarded(let caller?, _, _) = own.end, canary.includes(UserID(caller.user))
        else { return nil }
        return canary.mode
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

// Where the request goes.
extension Explainer {
    struct ExplainedPath {
        let canonical: CanonicalPath
        /// Empty where the client sent that form.
        let bytes: [UInt8]

        func text(in head: RequestHead) -> [UInt8] { bytes.isEmpty ? Array(head.section.bytes[head.path]) : bytes }
    }

    private func parse(_ message: [UInt8], into head: RequestHead) throws(Refusal) {
        let limits = settings.limits
        var parser = RequestParser()
        do throws(RequestError) {
            let step = try parser.parse(
                message.span, into: head,
                limits: HeadLimits(
                    requestLineBytes: limits.requestLineBytes, headerBytes: limits.headerBytes, headerCount: limits.headerCount))
            guard step != .needMore else { return }
        } catch {
            throw .request(error)
        }
    }

    private func canonicalise(_ head: RequestHead) throws(Refusal) -> ExplainedPath {
        guard head.section.count(.via) < FixedLimits.hops else { throw .loop }
        if head.wantsWebSocket, head.framing != .empty { throw .upgradeWithContent }
        var bytes: [UInt8] = []
        do throws(PathRefusal) {
            let path = Array(head.section.bytes[head.path])
            let canonical = try PathCanonicalizer(settings.path).canonicalize(path.span, into: &bytes)
            return ExplainedPath(canonical: canonical, bytes: bytes)
        } catch {
            throw .path(error)
        }
    }

    private func ownAnswer(_ head: RequestHead, _ path: ExplainedPath, _ plan: Plan) -> Explanation.OwnAnswer? {
        if plan.crossOrigin != nil, Preflight(head, head.section) != nil { return .preflight }
        switch plan.ownPages.page(at: path.text(in: head).span) {
        case .loginCallback: return .loginCallback
        case .confirmation: return .confirmation
        case nil: return nil
        }
    }

    private func match(_ head: RequestHead, _ path: ExplainedPath, _ settings: Settings) throws(Refusal) -> Int {
        do throws(RoutingRefusal) {
            let authority = Array(head.section.bytes[head.authority])
            return try RouteTable(settings).match(
                path.text(in: head).span, path.canonical, authority: authority.span, method: head.method
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

extension Refusal {
    fileprivate var isNoRoute: Bool {
        if case .routing(.noRoute) = self { true } else { false }
    }
}
