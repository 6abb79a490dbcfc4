import Authentication
import Crypto
import HTTP
import HTTPServer
import Identity
import Settings
import Telemetry

/// Some of a route's callers, always the same ones: who is in the sample hangs on the route's name and the internal id alone,
/// so that every replica and every restart agrees, and a larger share only adds people.
struct Canary: Sendable {
    let mode: Mode
    private let salt: [UInt8]
    /// Of `positions`.
    private let share: UInt32

    private static let positions: UInt32 = 10_000

    /// `nil` where nobody would be treated otherwise.
    init?(_ route: Route) {
        guard let canary = route.canary, canary.percent > 0, route.mode.identifies, canary.mode != route.mode else { return nil }
        (mode, share) = (canary.mode, UInt32(canary.percent) * Self.positions / 100)
        salt = Array("segue canary \(route.name)".utf8) + [0]
    }

    /// A digest, because what stands in the ids (a sequence, a date) must not choose the people.
    func includes(_ user: UserID) -> Bool {
        let digest = Digest.sha256(salt + Array(user.text.utf8))
        let number = digest.prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        return number % Self.positions < share
    }

    /// What both modes made of one request, in words that fit a counter's label.
    struct Verdict: Sendable {
        let mode: Mode
        let base: String
        let canary: String
    }
}

/// What the canary's mode makes of a request that the route's own mode has let in.
enum CanaryOutcome {
    case passed(Evidence, Resolution)
    /// A Clerk user whom only a link could tell: that is for the route's own mode.
    case unlinked
    case refused(Refusal, Standings?)

    var word: String {
        switch self {
        case .passed(let evidence, _): evidence.outcome.rawValue
        case .unlinked: "unlinked"
        case .refused(.authentication(let refusal), _): ObservedOutcome(.refused(refusal)).rawValue
        case .refused(.identity(.unavailable), _): ObservedOutcome.unavailable.rawValue
        case .refused: "refused"
        }
    }
}

extension Canary {
    /// The canary's own opinion of a request that the route's mode has let in.
    func judge(
        _ head: RequestHead, as requirement: Requirement, _ authenticator: Authenticator, _ callers: Callers, at now: UnixTime
    ) async -> CanaryOutcome {
        let evidence: Evidence
        do throws(RefusedAuthentication) {
            evidence = try await authenticator.authenticate(head, for: requirement, at: now)
        } catch {
            return .refused(.authentication(error.refusal), error.standings)
        }
        do throws(IdentityRefusal) {
            guard let resolution = try await callers.resolveLinked(evidence, at: now) else { return .unlinked }
            return .passed(evidence, resolution)
        } catch {
            return .refused(.identity(error), evidence.standings)
        }
    }
}

extension Conversation {
    /// The route's own mode has let the caller in; the canary's verdict on the same credentials takes the place of that.
    func hold(
        _ evidence: inout Evidence?, _ caller: inout Caller?, to canary: Canary, for route: RoutePlan, _ generation: Generation,
        at now: UnixTime
    ) async throws(Refusal) {
        guard let callers = generation.callers, let before = evidence, let user = caller?.user, canary.includes(user) else {
            return
        }
        let outcome = await canary.judge(
            client.head, as: requirement(of: route, mode: canary.mode), generation.authenticator, callers, at: now)
        account.canary = Canary.Verdict(mode: canary.mode, base: before.outcome.rawValue, canary: outcome.word)
        switch outcome {
        case .unlinked: return
        case .passed(let tried, let resolution):
            account.evidence = tried
            account.adopt(resolution, tried, generation.plan)
            (evidence, caller) = (tried, resolution.caller)
        case .refused(let refusal, let standings):
            (account.evidence, account.refusedStandings) = (nil, standings)
            throw refusal
        }
    }
}
