import Authentication
import HTTP
import HTTPServer
import Settings
import Sockets
import Telemetry

extension Worker {
    /// Counts a request and writes its line.
    func account(for account: Account, of head: RequestHead, _ chain: ForwardedChain, endedNanoseconds ended: Int64) {
        if account.route?.mode == .observe, let evidence = account.evidence { account.isContradicted = evidence.contradictsLegacy }
        if let index = counterIndex(of: account.route) {
            count(account, at: index, endedNanoseconds: ended)
        } else {
            countUse(account)
        }
        guard generation.plan.logsAccess else { return }
        accessLog.write(
            account, head: head, client: chain.clientAddress(head.section),
            routeName: account.route?.name, wall: loop.wallMilliseconds, nowNanoseconds: ended,
            originMilliseconds: account.originMilliseconds)
    }

    /// Settings may have changed since the request was matched: the counters are the new settings' then. `nil` where these
    /// have no route of that name: nobody could read the count.
    private func counterIndex(of route: RoutePlan?) -> Int? {
        guard let route else { return counters.routes.count - 1 }
        let routes = generation.plan.routes
        if route.index < routes.count, routes[route.index] === route { return route.index }
        return routes.firstIndex { $0.name == route.name }
    }

    private func count(_ account: Account, at index: Int, endedNanoseconds ended: Int64) {
        let code = account.status.code
        counters.routes[index].responses[code == 499 ? 0 : Int(code / 100)] += 1
        counters.routes[index].duration.record(microseconds: (ended - account.startedNanoseconds) / 1000)
        if let refusal = account.refusal { counters.routes[index].refusals[refusal.code.description, default: 0] += 1 }
        if let standings = account.standings {
            counters.routes[index].clerk[Int(standings.clerk.rawValue)] += 1
            counters.routes[index].legacy[Int(standings.legacy.rawValue)] += 1
            if !account.isUseCounted { count(standings, at: index) }
        }
        if let evidence = account.evidence, account.caller != nil, evidence.isUnproved { counters.routes[index].unproved += 1 }
        if account.isContradicted { counters.routes[index].contradicted += 1 }
        if let canary = account.canary, let mode = account.route?.mode {
            counters.routes[index].canary[.init(mode: mode.rawValue, outcome: canary.base), default: 0] += 1
            counters.routes[index].canary[.init(mode: canary.mode.rawValue, outcome: canary.canary), default: 0] += 1
        }
        if account.route?.mode == .observe { countObserved(account.evidence, at: index) }
    }

    /// By which credentials the route is used: of a request whose end may be days away, or whose route a reload has taken away.
    func countUse(_ account: Account) {
        guard !account.isUseCounted, let route = account.route, let standings = account.standings else { return }
        account.isUseCounted = true
        if let index = counterIndex(of: route) {
            count(standings, at: index)
        } else if standings.clerk == .valid || standings.legacy == .valid {
            counters.countGone(route.name, byClerk: standings.clerk == .valid)
        }
    }

    private func count(_ standings: Standings, at index: Int) {
        if standings.clerk == .valid {
            counters.routes[index].byClerk += 1
        } else if standings.legacy == .valid {
            counters.routes[index].byLegacyAlone += 1
        }
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
