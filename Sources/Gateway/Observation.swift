import Authentication
import HTTP
import HTTPServer
import Settings
import Sockets
import Telemetry

/// A request on a route in `observe` whose credentials could not be judged without asking somebody. They are judged while
/// the origin answers as if Segue were not there: at the time and by the settings with which the request began, since the
/// answer may take a session away. Whichever is done last, judgement or response, has the request counted and logged.
final class Observation: @unchecked Sendable {
    /// A copy: the connection's own becomes the next request's.
    private let head: RequestHead
    private let authenticator: Authenticator
    private let requirement: Requirement
    private let now: UnixTime
    private var isJudged = false
    private(set) var evidence: Evidence?
    /// What is to be said once the credentials are judged; `nil` while the response is under way.
    private var ended: (account: Account, chain: ForwardedChain, nanoseconds: Int64)?

    /// Observations of one worker at a time. Each holds the head of its request, 8 KiB of fields at most as a rule; beyond
    /// them a database that does not answer is known well enough.
    static let observationsMax = 256

    init(of head: RequestHead, _ requirement: Requirement, _ authenticator: Authenticator, at now: UnixTime) {
        self.head = RequestHead(copying: head)
        (self.requirement, self.authenticator, self.now) = (requirement, authenticator, now)
    }

    /// Asks whoever must be asked.
    func judge() async {
        evidence = try? await authenticator.authenticate(head, for: requirement, at: now)
        isJudged = true
    }

    /// The response is over.
    func end(_ conversation: Conversation, endedNanoseconds: Int64) {
        guard !isJudged else {
            conversation.account.evidence = evidence
            return conversation.worker.account(
                for: conversation.account, of: conversation.client.head, conversation.chain, endedNanoseconds: endedNanoseconds)
        }
        ended = (Account(copying: conversation.account), conversation.chain, endedNanoseconds)
    }

    /// The credentials are judged.
    fileprivate func account(in worker: Worker) {
        guard let ended else { return }
        ended.account.evidence = evidence
        worker.account(for: ended.account, of: head, ended.chain, endedNanoseconds: ended.nanoseconds)
    }
}

extension Worker {
    /// Has the credentials judged; nobody waits for that.
    fileprivate func begin(_ observation: Observation) {
        counters.observationsOpen += 1
        let worker = self
        loop.spawn {
            await observation.judge()
            worker.counters.observationsOpen -= 1
            observation.account(in: worker)
        }
    }
}

extension Conversation {
    /// What is known of an observed request without asking anybody; `nil` where somebody is asked meanwhile.
    func observe(_ head: RequestHead, for route: RoutePlan, _ generation: Generation, at now: UnixTime) -> Evidence? {
        let (requirement, authenticator) = (self.requirement(of: route), generation.authenticator)
        account.evidence = authenticator.observe(head, for: requirement, at: now)
        guard account.evidence == nil else { return account.evidence }
        if worker.counters.observationsOpen < Observation.observationsMax {
            let observation = Observation(of: head, requirement, authenticator, at: now)
            self.observation = observation
            worker.begin(observation)
        } else {
            // What cannot be judged counts as unavailable.
            account.evidence = authenticator.observeUnanswered(head, for: requirement, at: now)
        }
        return account.evidence
    }

    func requirement(of route: RoutePlan, mode: Mode? = nil) -> Requirement {
        Requirement(
            mode: mode ?? route.mode, isOptional: route.isOptional, isSecure: chain.isSecure(client.head.section),
            upgradeRoute: route.upgrade != nil && client.head.wantsUpgrade ? route.index : nil)
    }
}
