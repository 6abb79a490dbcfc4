/// What must fit together across sections: each needed section is there, each origin is used, somebody can be linked,
/// and no two routes are equally good for one request.
struct Relations {
    let problems: Problems
    let root: Entry

    func check(_ settings: Settings) {
        checkNeeds(settings)
        checkOwnPaths()
        checkLogin(settings)
        checkWebhooks(settings)
        checkInvitations(settings)
        checkLinking(settings)
        checkAddresses(settings)
        checkCredentialFields(settings)
        checkMintedFields(settings)
        checkOrigins(settings)
        // A route that could not be built leaves a gap, and the indices no longer fit the file.
        guard let routes = root["routes"]?.elements, routes.count == settings.routes.count else { return }
        checkTies(settings, routes)
        checkShadows(settings, routes)
        checkAnswers(settings, routes)
    }

    /// Nobody would be answered.
    private func checkAnswers(_ settings: Settings, _ entries: [Entry]) {
        guard let directory = settings.directory else { return }
        for (index, route) in settings.routes.enumerated() where route.answer != nil {
            let entry = entries[index]["answer"] ?? entries[index]
            if directory.users.role == nil {
                problems.error(
                    entry, found: "no directory.users.role", expected: "the column that says who is privileged",
                    hint: "only callers with a role of linking.privilegedRoles are answered")
            } else if directory.linking.privilegedRoles.isEmpty {
                problems.error(entry, found: "no directory.linking.privilegedRoles", expected: "the roles that may ask")
            }
        }
    }

    private func checkNeeds(_ settings: Settings) {
        let needs: [(section: String, modes: Set<Mode>, isThere: Bool, hint: String)] = [
            ("clerk", [.dual, .clerk], root["clerk"] != nil, "for now, mode \"legacy\" needs no Clerk"),
            (
                "legacy", [.dual, .legacy], !settings.legacy.isEmpty || !(root["legacy"]?.elements.isEmpty ?? true),
                "mode \"clerk\" needs no old credentials"
            ),
            ("directory", [.dual, .legacy, .clerk], root["directory"] != nil, "the caller's row is looked up there"),
        ]
        for need in needs where !need.isThere {
            guard let route = settings.routes.first(where: { !need.modes.isDisjoint(with: $0.modes) }) else { continue }
            let isCanary = !need.modes.contains(route.mode)
            let mode = isCanary ? route.modes.last : route.mode
            problems.missing(
                need.section, root.range,
                expected:
                    "this section, because route \"\(route.name)\" \(isCanary ? "has a canary" : "is") in mode \"\((mode ?? route.mode).rawValue)\"",
                hint: need.hint)
        }
        if settings.directory == nil, root["directory"] == nil, let entry = settings.legacy.first(where: \.needsDatabase) {
            problems.missing(
                "directory", root.range, expected: "this section, because legacy \"\(entry.name)\" has a query")
        }
    }

    /// The callback answers for Clerk sessions, and links.
    private func checkLogin(_ settings: Settings) {
        if let entry = root["directory"]?["linking"]?["confirmation"], !settings.legacy.contains(where: { !$0.insecure }) {
            problems.warn(
                entry, found: "a confirmation page without an old credential that proves anything", expected: "one in `legacy`",
                hint: "nobody could show that the old account is theirs")
        }
        guard let entry = root["login"], let login = settings.login else { return }
        let page = login.callback == nil ? "login.upgrade" : "login.callback"
        for (section, isThere) in [("clerk", root["clerk"] != nil), ("directory", root["directory"] != nil)] where !isThere {
            problems.missing(section, entry.range, expected: "this section, because \(page) asks who a Clerk session is")
        }
        if login.upgrade != nil { checkUpgrade(settings, entry["upgrade"] ?? entry) }
    }

    private func checkUpgrade(_ settings: Settings, _ entry: Entry) {
        if !settings.legacy.contains(where: { !$0.insecure }) {
            problems.error(
                entry, found: "no old credential that proves anything", expected: "one in `legacy`",
                hint: "there is nothing to exchange for a ticket")
        }
        if settings.directory?.linking.afterLink == .refuse {
            problems.error(
                entry, found: "linking.afterLink: \"refuse\"", expected: "\"allow\"",
                hint: "who can be upgraded is linked, and their old sessions are refused")
        }
        guard let clerk = settings.clerk, clerk.secretKey == nil else { return }
        problems.missing(
            "clerk.secretKey", entry.range, expected: "Clerk's secret key, because of login.upgrade", hint: "Clerk makes the ticket"
        )
    }

    /// Linking happens where a Clerk session may arrive, unless the id in the users table is the Clerk user id.
    private func checkLinking(_ settings: Settings) {
        let because =
            settings.routes.first { [.dual, .clerk].contains($0.mode) }
            .map { "because route \"\($0.name)\" is in mode \"\($0.mode.rawValue)\"" }
            ?? settings.login?.callback.map { _ in "because of login.callback" }
        guard let entry = root["directory"], let directory = settings.directory, let because,
            directory.users.clerkUserID != directory.users.id
        else { return }
        if entry["linking"] == nil {
            problems.missing(
                "directory.linking", entry.range, expected: "linking.legacyEmail, \(because)",
                hint: "say \"trusted\" only if the old system verified every address before it let anybody in")
        }
        if directory.users.clerkUserID == nil, directory.mapping == nil {
            problems.error(
                entry, found: "neither users.clerkUserId nor mapping", expected: "a place for links, \(because)",
                hint: "name a column in users.clerkUserId; `segue schema apply --add` makes it")
        }
        if let clerk = settings.clerk, clerk.secretKey == nil {
            problems.missing(
                "clerk.secretKey", root["clerk"]?.range ?? root.range, expected: "Clerk's secret key, \(because)",
                hint:
                    "no rule can link anybody without reading the user from Clerk: every person who is not linked yet would be refused"
            )
        }
        checkRules(settings, directory, entry)
    }

    /// Without (b) and (d), only people whose `external_id` somebody has set in Clerk are ever linked.
    private func checkRules(_ settings: Settings, _ directory: DirectorySettings, _ entry: Entry) {
        let hasEmail = directory.users.email != nil
        let provesByCredential = hasEmail && settings.legacy.contains { !$0.insecure }
        let provesByEmail = hasEmail && directory.linking.legacyEmail != .untrusted
        guard !provesByCredential, !provesByEmail, directory.linking.unknown == .refuse, entry["linking"] != nil else { return }
        problems.warn(
            entry["linking"] ?? entry,
            found: hasEmail ? "no rule that links by e-mail or by an old credential" : "no directory.users.email", expected: "one",
            hint: "only Clerk users whose external_id is the internal id are linked")
    }

    private func checkAddresses(_ settings: Settings) {
        guard let admin = settings.admin, !admin.address.hasSuffix(":0"),
            settings.listen.contains(where: { $0.address == admin.address })
        else { return }
        problems.error(
            root["admin"]?["address"] ?? root, expected: "an address of its own", hint: "clients could reach the admin listener")
    }

    /// Identity fields are stripped from every client before anybody looks for a credential.
    private func checkCredentialFields(_ settings: Settings) {
        let taken = settings.identity.names.map { foldedFieldName($0) }
        for (index, entry) in (root["legacy"]?.elements ?? []).enumerated() {
            for source in entry["from"]?.elements ?? [] {
                guard case .header(let name)? = CredentialSource(parsing: source.text ?? ""), taken.contains(foldedFieldName(name))
                else { continue }
                problems.error(
                    source, expected: "another field",
                    hint: "identity fields that a client sends are removed, so that legacy[\(index)] would never see it")
            }
        }
    }

    /// Two fields of one name would leave it to the origin which of them counts.
    private func checkMintedFields(_ settings: Settings) {
        let taken = settings.identity.names.map { foldedFieldName($0) }
        for entry in root["routes"]?.elements ?? [] {
            guard let place = entry["mint"]?["to"], case .header(let name)? = CredentialSource(parsing: place.text ?? ""),
                taken.contains(foldedFieldName(name))
            else { continue }
            problems.error(place, found: "an identity field", expected: "a field of its own")
        }
    }

    private func checkOrigins(_ settings: Settings) {
        for (index, origin) in settings.origins.enumerated() where !settings.routes.contains(where: { $0.origin == index }) {
            guard let entry = root["origins"]?[origin.name] else { continue }
            problems.warn(entry, found: "an origin that no route names", expected: "a route")
        }
    }
}

extension LegacySettings {
    fileprivate var needsDatabase: Bool {
        switch kind {
        case .session: true
        case .jwt(let jwt): jwt.revoked != nil || jwt.active != nil
        case .base64, .asserted, .userInfo: false
        }
    }
}
