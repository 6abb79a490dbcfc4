internal import Directory
internal import Settings

/// How Segue is taken out when nobody needs the old login any more: what the application must do by itself first.
struct FinalizeFarewell {
    private let settings: Settings
    private let table: FinalizeTable

    init(_ settings: Settings, _ table: FinalizeTable) { (self.settings, self.table) = (settings, table) }

    var lines: [String] {
        let steps = [verify, routes, webhooks, traffic, record].compactMap(\.self)
        return ["The migration is over. To take Segue out, in this order:"]
            + steps.enumerated().flatMap { index, step in
                step.enumerated().map { line, text in (line == 0 ? "  \(index + 1). " : "     ") + text.onOneLine }
            }
    }

    private var verify: [String] {
        let clerk = settings.clerk
        var lines = ["The application verifies Clerk's session tokens itself: RS256, exp, nbf, and"]
        if let clerk {
            lines += [
                "iss \(clerk.issuer), keys from \(clerk.jwksURL),",
                "azp one of \(clerk.authorizedParties.joined(separator: ", ")).",
            ]
        }
        switch table.links {
        case .column(let column): lines.append("The caller is the row of \(table.name) whose \(column) is the claim sub.")
        case .id: lines.append("The caller is the row of \(table.name) whose id is the claim sub.")
        case .mapping(let mapping): lines.append("The caller is the row that \(mapping) names for the claim sub.")
        case .ours:
            lines.append(
                "The links are in segue.links ALONE: copy user_id and clerk_user_id to a table of the application's before anything of Segue's goes."
            )
        }
        lines.append("It must not believe \(settings.identity.userID) any more once clients can send it.")
        return lines
    }

    /// What a route's settings do for its origin, which nobody does afterwards.
    private var routes: [String]? {
        let work = settings.routes.compactMap { route -> String? in
            var does: [String] = []
            if !route.setQuery.isEmpty || !route.setPath.isEmpty { does.append("sets parameters to the caller's id") }
            if !route.requireQuery.isEmpty || !route.requirePath.isEmpty || !route.requireJSON.isEmpty || !route.requireForm.isEmpty
            {
                does.append("compares parameters with the caller's id")
            }
            if route.mint != nil { does.append("mints the application's own old credential") }
            if route.mode == .deny { does.append("lets nobody through") }
            return does.isEmpty ? nil : "\(route.name): \(does.joined(separator: ", "))"
        }
        let cors = settings.cors == nil ? [] : ["all routes: answers CORS preflights"]
        return work.isEmpty && cors.isEmpty ? nil : ["It does by itself what Segue does for it:"] + work + cors
    }

    private var webhooks: [String]? {
        guard let webhooks = settings.clerk?.webhooks else { return nil }
        return ["Clerk's webhooks, which arrive at \(webhooks.path) now, go to the application (Clerk's dashboard)."]
    }

    private var traffic: [String] {
        let servers = settings.origins.flatMap { origin in origin.servers.map { "\(origin.name) at \($0.host):\($0.port)" } }
        return [
            "DNS or the balancer leads to the application (\(servers.joined(separator: ", "))) in the place of Segue",
            "(\(settings.listen.map(\.address).joined(separator: ", "))). Leave Segue running until nothing arrives there; then stop it.",
        ]
    }

    private var record: [String] {
        var lines = ["segue ledger export > ledger.jsonl keeps the record of who was linked when and by which rule."]
        if table.links == .ours {
            lines.append("Do not run segue schema revert: it drops segue.links.")
        } else {
            lines.append(
                "segue schema revert --yes drops Segue's own tables\(table.added.isEmpty ? "" : ", and \(table.added.joined(separator: ", ")): keep-columns first")."
            )
        }
        return lines
    }
}
