import Authentication
import HTTP
import HTTPServer
import Settings
import Sockets
import Telemetry

/// A request that is over, and what is to be said about it: a conversation's, or one that is judged afterwards.
protocol FinishedRequest: AnyObject {
    var account: Account { get }
    var head: RequestHead { get }
    var chain: ForwardedChain { get }
}

extension Worker {
    /// Counts a request and writes its line.
    func account(for request: some FinishedRequest, endedNanoseconds ended: Int64) {
        // Settings may have changed since the request was matched: the counters are the new settings' then.
        let last = counters.routes.count - 1
        let index = request.account.route.map { min($0.index, last) } ?? last
        let code = request.account.status.code
        counters.routes[index].responses[code == 499 ? 0 : Int(code / 100)] += 1
        counters.routes[index].duration.record(microseconds: (ended - request.account.startedNanoseconds) / 1000)
        if let refusal = request.account.refusal { counters.routes[index].refusals[refusal.code.description, default: 0] += 1 }
        if let standings = request.account.standings {
            counters.routes[index].clerk[Int(standings.clerk.rawValue)] += 1
            counters.routes[index].legacy[Int(standings.legacy.rawValue)] += 1
        }
        if request.account.route?.mode == .observe { countObserved(request.account.evidence, at: index) }
        guard generation.plan.logsAccess else { return }
        let account = request.account
        accessLog.write(
            account, head: request.head, client: request.chain.clientAddress(request.head.section),
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
