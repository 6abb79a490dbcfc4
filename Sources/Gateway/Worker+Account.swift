import Authentication
import HTTP
import HTTPServer
import Settings
import Sockets
import Telemetry

extension Worker {
    /// Counts the conversation's request, which is over, and writes its line.
    func account(for conversation: Conversation) {
        let ended = Clock.monotonicNanoseconds()
        // Settings may have changed since the request was matched: the counters are the new settings' then.
        let last = counters.routes.count - 1
        let index = conversation.account.route.map { min($0.index, last) } ?? last
        let code = conversation.account.status.code
        counters.routes[index].responses[code == 499 ? 0 : Int(code / 100)] += 1
        counters.routes[index].duration.record(microseconds: (ended - conversation.account.startedNanoseconds) / 1000)
        if let refusal = conversation.account.refusal { counters.routes[index].refusals[refusal.code.description, default: 0] += 1 }
        if let standings = conversation.account.standings {
            counters.routes[index].clerk[Int(standings.clerk.rawValue)] += 1
            counters.routes[index].legacy[Int(standings.legacy.rawValue)] += 1
        }
        if conversation.account.route?.mode == .observe { countObserved(conversation.account.evidence, at: index) }
        guard generation.plan.logsAccess else { return }
        let account = conversation.account
        accessLog.write(
            account, head: conversation.client.head, client: conversation.chain.clientAddress(conversation.client.head.section),
            routeName: account.route?.name, wall: loop.wallMilliseconds, nowNanoseconds: ended,
            originMilliseconds: account.originMilliseconds)
    }

    /// What each mode would have decided.
    private func countObserved(_ evidence: Evidence?, at index: Int) {
        guard let evidence else { return }
        for mode in [Mode.legacy, .dual, .clerk] {
            let outcome = evidence.wouldBe(in: mode).rawValue
            counters.routes[index].observed[.init(mode: mode.rawValue, outcome: outcome), default: 0] += 1
        }
    }
}
