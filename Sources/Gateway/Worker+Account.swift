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
        if let evidence = conversation.account.evidence { count(evidence, in: conversation.account.route?.mode, at: index) }
        guard generation.plan.logsAccess else { return }
        let account = conversation.account
        accessLog.write(
            account, head: conversation.client.head, client: conversation.chain.clientAddress(conversation.client.head.section),
            routeName: account.route?.name, wall: loop.wallMilliseconds, nowNanoseconds: ended,
            originMilliseconds: account.originMilliseconds)
    }

    /// One decision per side that was there, and in `observe` what each mode would have decided.
    private func count(_ evidence: Evidence, in mode: Mode?, at index: Int) {
        counters.routes[index].clerk[Int(evidence.clerk.standing.rawValue)] += 1
        counters.routes[index].legacy[Int(evidence.legacy.standing.rawValue)] += 1
        guard mode == .observe else { return }
        for mode in [Mode.legacy, .dual, .clerk] {
            let outcome = evidence.wouldBe(in: mode).rawValue
            counters.routes[index].observed[.init(mode: mode.rawValue, outcome: outcome), default: 0] += 1
        }
    }
}
