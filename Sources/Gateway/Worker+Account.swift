import Authentication
import HTTP
import HTTPServer
import Settings
import Sockets
import Telemetry

extension Worker {
    /// Counts a request that is over and writes its line.
    func account(_ account: Account, of conversation: Conversation) {
        let ended = Clock.monotonicNanoseconds()
        // Settings may have changed since the request was matched: the counters are the new settings' then.
        let last = counters.routes.count - 1
        let index = account.route.map { min($0.index, last) } ?? last
        let statusClass = account.status.code == 499 ? 0 : Int(account.status.code / 100)
        counters.routes[index].responses[statusClass] += 1
        counters.routes[index].duration.record(microseconds: (ended - account.startedNanoseconds) / 1000)
        if let refusal = account.refusal { counters.routes[index].refusals[refusal.code.description, default: 0] += 1 }
        if let evidence = account.evidence { count(evidence, for: account, at: index) }
        guard generation.plan.logsAccess else { return }
        accessLog.write(
            account, head: conversation.client.head, client: conversation.chain.clientAddress(conversation.client.head.section),
            routeName: account.route?.name, wall: loop.wallMilliseconds, nowNanoseconds: ended,
            originMilliseconds: account.originMilliseconds)
    }

    /// One decision per side that was there, and in `observe` what each mode would have decided.
    private func count(_ evidence: Evidence, for account: Account, at index: Int) {
        counters.routes[index].clerk[Int(evidence.clerk.standing.rawValue)] += 1
        counters.routes[index].legacy[Int(evidence.legacy.standing.rawValue)] += 1
        guard account.route?.mode == .observe else { return }
        for mode in [Mode.legacy, .dual, .clerk] {
            let outcome = evidence.wouldBe(in: mode).rawValue
            counters.routes[index].observed[.init(mode: mode.rawValue, outcome: outcome), default: 0] += 1
        }
    }
}
