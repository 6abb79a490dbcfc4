import Authentication
import HTTP
import HTTPServer
import Settings
import Sockets
import Telemetry

/// A request on a route in `observe` whose credentials could not be judged without asking somebody. The origin has answered
/// it as if Segue were not there; what each mode would have made of it is asked afterwards, and counted and logged then.
final class Observation: FinishedRequest, @unchecked Sendable {
    let account: Account
    let head: RequestHead
    let chain: ForwardedChain
    private let authenticator: Authenticator
    private let requirement: Requirement
    private let now: UnixTime

    /// Observations of one worker at a time. Each holds the head of its request, 8 KiB of fields at most as a rule; beyond
    /// them a database that does not answer is known well enough.
    static let observationsMax = 256

    init(of conversation: Conversation, on route: RoutePlan, _ authenticator: Authenticator) {
        (account, chain, head) = (
            Account(copying: conversation.account), conversation.chain, RequestHead(copying: conversation.head)
        )
        (requirement, self.authenticator) = (conversation.requirement(of: route), authenticator)
        now = UnixTime(milliseconds: conversation.worker.loop.wallMilliseconds)
    }

    /// Asks whoever must be asked.
    func judge() async {
        account.evidence = try? await authenticator.authenticate(head, for: requirement, at: now)
    }

    /// What cannot be judged counts as unavailable.
    func settle() {
        account.evidence = authenticator.observeUnanswered(head, for: requirement, at: now)
    }
}

extension Worker {
    /// Accounts for a request that is over once its credentials are judged; nobody waits for that.
    func observe(_ conversation: Conversation, on route: RoutePlan) {
        let ended = Clock.monotonicNanoseconds()
        let observation = Observation(of: conversation, on: route, generation.authenticator)
        guard counters.observationsOpen < Observation.observationsMax else {
            observation.settle()
            return account(for: observation, endedNanoseconds: ended)
        }
        counters.observationsOpen += 1
        let worker = self
        loop.spawn {
            await observation.judge()
            worker.counters.observationsOpen -= 1
            worker.account(for: observation, endedNanoseconds: ended)
        }
    }
}

extension Conversation: FinishedRequest {
    var head: RequestHead { client.head }

    /// What is known of an observed request without asking anybody; `nil` where somebody must be asked.
    func observe(_ head: RequestHead, for route: RoutePlan, _ generation: Generation, at now: UnixTime) -> Evidence? {
        account.evidence = generation.authenticator.observe(head, for: requirement(of: route), at: now)
        return account.evidence
    }

    func requirement(of route: RoutePlan) -> Requirement {
        Requirement(mode: route.mode, isOptional: route.isOptional, isSecure: chain.isSecure(head.section))
    }
}
