import Authentication
package import Settings
package import Telemetry

extension MetricsText {
    /// The workers' counters, added up. Labels are bounded: names of routes and modes from the settings, and words of
    /// ours; never an id, a path or an address.
    package mutating func add(_ workers: [Counters], _ settings: Settings) {
        let names = settings.routes.map(\.name) + ["(none)"]
        addRequests(workers, names)
        addDecisions(workers, names)
        addCanaries(workers, settings, names)
        addUnproved(workers, settings, names)
        addModes(settings)
        if settings.clerk?.webhooks != nil { addWebhooks(workers) }
        if settings.invitations != nil { addInvitations(workers) }
        addConnections(workers)
    }

    private mutating func addRequests(_ workers: [Counters], _ names: [String]) {
        family("segue_http_requests_total", .counter, "Requests answered, by route and class of the status.")
        for (index, name) in names.enumerated() {
            for statusClass in 0...5 {
                let count = workers.reduce(0) { $0 + ($1.routes.count > index ? $1.routes[index].responses[statusClass] : 0) }
                guard count > 0 else { continue }
                let label = statusClass == 0 ? "client_gone" : "\(statusClass)xx"
                sample("segue_http_requests_total", [("route", name), ("status", label)], count)
            }
        }
        family("segue_http_request_duration_seconds", .histogram, "From the parsed head to the end of the response.")
        for (index, name) in names.enumerated() {
            var total = Histogram()
            for worker in workers where worker.routes.count > index { total.add(worker.routes[index].duration) }
            if total.count > 0 { histogram("segue_http_request_duration_seconds", [("route", name)], total) }
        }
        family("segue_refusals_total", .counter, "Requests that Segue itself ended, by route and code.")
        for (index, name) in names.enumerated() {
            for (code, count) in summed(workers, index, \.refusals) {
                sample("segue_refusals_total", [("route", name), ("code", code)], count)
            }
        }
    }

    private mutating func addDecisions(_ workers: [Counters], _ names: [String]) {
        family("segue_auth_decisions_total", .counter, "What the credentials of each side came to.")
        for (index, name) in names.enumerated() {
            for (kind, path) in [("clerk", \Counters.Traffic.clerk), ("legacy", \Counters.Traffic.legacy)] {
                for standing in Standing.allCases {
                    let place = Int(standing.rawValue)
                    let count = workers.reduce(0) { $0 + ($1.routes.count > index ? $1.routes[index][keyPath: path][place] : 0) }
                    guard count > 0 else { continue }
                    sample("segue_auth_decisions_total", [("route", name), ("kind", kind), ("outcome", "\(standing)")], count)
                }
            }
        }
        family("segue_shadow_total", .counter, "In observe: what each mode would have decided.")
        for (index, name) in names.enumerated() {
            for (result, count) in summed(workers, index, \.observed) {
                sample("segue_shadow_total", [("route", name), ("mode", result.mode), ("outcome", result.outcome)], count)
            }
        }
    }

    /// What an operator of `insecure` credentials must see fall to nothing.
    private mutating func addUnproved(_ workers: [Counters], _ settings: Settings, _ names: [String]) {
        guard settings.legacy.contains(where: \.insecure) else { return }
        let families: [(String, KeyPath<Counters.Traffic, UInt64>, String)] = [
            ("segue_insecure_requests_total", \.unproved, "Requests that passed by a credential that proves nothing."),
            (
                "segue_contradicted_ids_total", \.contradicted,
                "Requests whose caller was proved to be another than an unproved credential said."
            ),
        ]
        for (name, path, help) in families {
            family(name, .counter, help)
            for (index, route) in names.enumerated() {
                let count = workers.reduce(0) { $0 + ($1.routes.count > index ? $1.routes[index][keyPath: path] : 0) }
                if count > 0 { sample(name, [("route", route)], count) }
            }
        }
    }

    /// What each mode decided about callers in a canary's sample.
    private mutating func addCanaries(_ workers: [Counters], _ settings: Settings, _ names: [String]) {
        guard settings.routes.contains(where: { $0.canary != nil }) else { return }
        family(
            "segue_canary_total", .counter,
            "Requests of callers in a canary's sample: what the route's mode and the canary's decided.")
        for (index, name) in names.enumerated() {
            for (result, count) in summed(workers, index, \.canary) {
                sample("segue_canary_total", [("route", name), ("mode", result.mode), ("outcome", result.outcome)], count)
            }
        }
    }

    private func summed<Key: Hashable>(
        _ workers: [Counters], _ index: Int, _ path: KeyPath<Counters.Traffic, [Key: UInt64]>
    ) -> [(Key, UInt64)] {
        var total: [Key: UInt64] = [:]
        for worker in workers where worker.routes.count > index {
            total.merge(worker.routes[index][keyPath: path], uniquingKeysWith: +)
        }
        return total.sorted { "\($0.key)" < "\($1.key)" }
    }

    private mutating func addWebhooks(_ workers: [Counters]) {
        family("segue_webhook_events_total", .counter, "Clerk's webhooks, by type and by what came of them.")
        var total: [Counters.WebhookResult: UInt64] = [:]
        for worker in workers { total.merge(worker.webhooks, uniquingKeysWith: +) }
        for (result, count) in total.sorted(by: { ($0.key.type, $0.key.outcome) < ($1.key.type, $1.key.outcome) }) {
            sample("segue_webhook_events_total", [("type", result.type), ("outcome", result.outcome)], count)
        }
        family("segue_webhook_lag_seconds", .histogram, "From what happened at Clerk to its being acted on here.")
        var lag = Histogram()
        for worker in workers { lag.add(worker.webhookLag) }
        if lag.count > 0 { histogram("segue_webhook_lag_seconds", [], lag) }
    }

    private mutating func addInvitations(_ workers: [Counters]) {
        family("segue_invitations_total", .counter, "Invitations on the gateway's own pages, by what became of them.")
        var total: [String: UInt64] = [:]
        for worker in workers { total.merge(worker.invitations, uniquingKeysWith: +) }
        for (outcome, count) in total.sorted(by: { $0.key < $1.key }) {
            sample("segue_invitations_total", [("outcome", outcome)], count)
        }
    }

    private mutating func addModes(_ settings: Settings) {
        family("segue_route_mode_info", .gauge, "1 for the mode in force of each route.")
        for route in settings.routes {
            sample("segue_route_mode_info", [("route", route.name), ("mode", route.mode.rawValue)], 1)
        }
    }

    private mutating func addConnections(_ workers: [Counters]) {
        family("segue_connections_open", .gauge, "Client connections.")
        sample("segue_connections_open", [], workers.reduce(0) { $0 + $1.connectionsOpen })
        family("segue_connections_total", .counter, "Client connections accepted.")
        sample("segue_connections_total", [], workers.reduce(0) { $0 + $1.connectionsAccepted })
        family("segue_connections_refused_total", .counter, "Connections refused for want of room.")
        sample("segue_connections_refused_total", [], workers.reduce(0) { $0 + $1.connectionsRefused })
        family("segue_tunnels_open", .gauge, "Upgraded connections.")
        sample("segue_tunnels_open", [], workers.reduce(0) { $0 + $1.tunnelsOpen })
        family("segue_tunnels_ended_total", .counter, "Upgraded connections that ended with their Clerk session.")
        sample("segue_tunnels_ended_total", [], workers.reduce(0) { $0 + $1.tunnelsEnded })
        family("segue_spoofed_fields_total", .counter, "Fields that only Segue may speak, sent by clients and removed.")
        sample("segue_spoofed_fields_total", [], workers.reduce(0) { $0 + $1.strippedFields })
        family("segue_token_cache_hits_total", .counter, "Tokens that a worker remembered.")
        sample("segue_token_cache_hits_total", [], workers.reduce(0) { $0 + $1.tokenHits })
        family("segue_token_cache_misses_total", .counter, "Looks for a token that no worker remembered.")
        sample("segue_token_cache_misses_total", [], workers.reduce(0) { $0 + $1.tokenMisses })
        family("segue_clock_steps_total", .counter, "How often a worker found the system's clock set.")
        sample("segue_clock_steps_total", [], workers.reduce(0) { $0 + $1.clockSteps })
    }
}
