import HTTP

/// What Segue answers itself, and what Clerk's webhooks need and are needed for.
extension Relations {
    func checkOwnPaths() {
        var taken: [String: String] = [:]
        for (name, entry) in [
            ("login.callback", root["login"]?["callback"]),
            ("login.upgrade", root["login"]?["upgrade"]),
            ("directory.linking.confirmation", root["directory"]?["linking"]?["confirmation"]),
            ("clerk.webhooks.path", root["clerk"]?["webhooks"]?["path"]),
            ("invitations.path", root["invitations"]?["path"]), ("invitations.page", root["invitations"]?["page"]),
        ] {
            guard let entry, let path = entry.text else { continue }
            if path == "/healthz" {
                problems.error(
                    entry, found: "the path of Segue's own health check", expected: "another path",
                    hint: "a balancer that asks there would take every replica for dead")
            }
            if let other = taken[path] {
                problems.error(entry, found: "the path of \(other)", expected: "a path of its own")
            }
            taken[path] = name
        }
    }

    func checkWebhooks(_ settings: Settings) {
        let linking = root["directory"]?["linking"]
        if let entry = root["clerk"]?["webhooks"], settings.clerk?.webhooks != nil, root["directory"] == nil {
            problems.missing("directory", entry.range, expected: "this section, because events take effect there")
        }
        checkForwarding(settings)
        if let directory = settings.directory, directory.linking.afterDelete == .unlink,
            directory.users.clerkUserID == directory.users.id
        {
            problems.error(
                linking?["afterDelete"] ?? root, found: "\"unlink\" where users.id is the Clerk user id",
                expected: "\"deactivate\" or \"remove\"", hint: "there is no link to take away")
        }
        guard settings.clerk?.webhooks == nil else { return checkProvision(settings, linking) }
        // Each waits for events that do not come.
        let (expected, hint) = (
            "clerk.webhooks with a signing secret, because Clerk tells of it there",
            "set CLERK_WEBHOOK_SIGNING_SECRET; see docs/webhooks.md"
        )
        if settings.directory?.linking.provisionOn == .webhook, let entry = linking?["provisionOn"] {
            problems.error(entry, expected: expected, hint: hint)
        }
        for entry in [linking?["afterDelete"], root["directory"]?["sync"]].compactMap(\.self) {
            problems.warn(entry, found: "a key without effect", expected: expected, hint: hint)
        }
    }

    /// Clerk brings no credential that a route could ask for.
    private func checkForwarding(_ settings: Settings) {
        guard let webhooks = settings.clerk?.webhooks, webhooks.tee, let path = try? PathPattern(webhooks.path),
            let entry = root["clerk"]?["webhooks"]?["tee"]
        else { return }
        let takes = settings.routes.contains { route in
            [.public, .observe].contains(route.mode) && (route.match.methods.isEmpty || route.match.methods.contains(.post))
                && (try? PathPattern(route.match.path))?.takes(path) ?? false
        }
        guard !takes else { return }
        problems.warn(
            entry, found: "no route in \"public\" or \"observe\" that takes POST \(webhooks.path)", expected: "one",
            hint: "an event that no origin gets is refused, and Clerk sends it again and again")
    }

    /// A row is made of what Clerk says when it is asked, and never of an event alone, which may be old.
    private func checkProvision(_ settings: Settings, _ linking: Entry?) {
        guard settings.directory?.linking.provisionOn == .webhook, settings.clerk?.secretKey == nil else { return }
        problems.missing(
            "clerk.secretKey", (linking?["provisionOn"] ?? root).range,
            expected: "Clerk's secret key, because of provisionOn: \"webhook\"", hint: "the user is read from Clerk")
    }
}

extension PathPattern {
    /// Whether it takes a path that has no wildcards of its own.
    fileprivate func takes(_ path: PathPattern) -> Bool {
        guard matchesRest ? path.segments.count >= segments.count : path.segments.count == segments.count else { return false }
        return zip(segments, path.segments).allSatisfy { own, given in
            if case .literal = own { own == given } else { true }
        }
    }
}
