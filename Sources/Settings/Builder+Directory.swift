import JSON
import Telemetry

extension Builder {
    func directory(_ entry: Entry) -> DirectorySettings? {
        guard let location = location(entry) else { return nil }
        var directory = DirectorySettings(location: location, users: users(entry["users"]), linking: linking(entry["linking"]))
        directory.directURL = directURL(entry, location)
        directory.prepared = entry.bool("prepared") ?? directory.prepared
        directory.connections = entry.int("connections") ?? directory.connections
        directory.mapping = entry["mapping"].flatMap { mapping($0) }
        directory.provision = entry["provision"].flatMap { provision($0) }
        directory.sync = entry["sync"].map { synced($0, directory) } ?? []
        check(directory, entry)
        return directory
    }

    private func location(_ entry: Entry) -> DirectorySettings.Location? {
        guard let text = entry.string("url") ?? variable("DATABASE_URL", isSecret: true, for: "directory.url", in: entry) else {
            problems.missing(
                "directory.url", entry.range, expected: "postgresql://… or sqlite:PATH",
                hint: "or set DATABASE_URL")
            return nil
        }
        if text.hasPrefix("sqlite:") { return sqlite(String(text.dropFirst(7)), entry) }
        if text.hasPrefix("postgresql://") || text.hasPrefix("postgres://") { return .postgres(Secret(text)) }
        let hint = text.hasPrefix("postgresql+") || text.hasPrefix("postgres+") ? "leave out the driver behind postgresql+" : nil
        problems.error(entry["url"] ?? entry, found: "a URL of another kind", expected: "postgresql://… or sqlite:PATH", hint: hint)
        return nil
    }

    /// SQLAlchemy writes `sqlite:///relative` and `sqlite:////absolute`; both forms are understood.
    private func sqlite(_ text: String, _ entry: Entry) -> DirectorySettings.Location? {
        let path = text.hasPrefix("///") ? String(text.dropFirst(3)) : text
        if path.isEmpty || path.hasPrefix("//") {
            problems.error(entry["url"] ?? entry, found: "no path behind sqlite:", expected: "sqlite:PATH")
            return nil
        }
        if path.contains(":memory:") {
            problems.error(
                entry["url"] ?? entry, found: "a database in memory", expected: "a file", hint: "links must outlive the process")
            return nil
        }
        return .sqlite(path: path)
    }

    private func directURL(_ entry: Entry, _ location: DirectorySettings.Location) -> Secret? {
        guard let direct = entry["directUrl"], let text = direct.text else { return nil }
        if case .sqlite = location {
            problems.error(direct, expected: "none", hint: "SQLite has no pooler and no LISTEN")
        } else if !text.hasPrefix("postgresql://"), !text.hasPrefix("postgres://") {
            problems.error(direct, found: "a URL of another kind", expected: "postgresql://…")
        }
        return Secret(text)
    }

    private func users(_ entry: Entry?) -> DirectorySettings.Users {
        var users = DirectorySettings.Users()
        guard let entry else { return users }
        users.table = identifier(entry, "table", isQualified: true) ?? users.table
        users.id = identifier(entry, "id") ?? users.id
        users.email = identifier(entry, "email")
        users.clerkUserID = identifier(entry, "clerkUserId")
        users.migratedAt = identifier(entry, "migratedAt")
        users.passwordHash = identifier(entry, "passwordHash")
        users.emailVerified = identifier(entry, "emailVerified")
        users.active = identifier(entry, "active")
        users.role = identifier(entry, "role")
        users.firstName = identifier(entry, "firstName")
        users.lastName = identifier(entry, "lastName")
        users.createdAt = identifier(entry, "createdAt")
        users.updatedAt = identifier(entry, "updatedAt")
        users.name = identifier(entry, "name")
        users.username = identifier(entry, "username")
        users.phone = identifier(entry, "phone")
        users.totpSecret = identifier(entry, "totpSecret")
        users.backupCodes = identifier(entry, "backupCodes")
        return users
    }

    private func mapping(_ entry: Entry) -> DirectorySettings.Mapping? {
        guard let table = identifier(entry, "table", isQualified: true), let userID = identifier(entry, "userId"),
            let clerkUserID = identifier(entry, "clerkUserId")
        else { return nil }
        if userID == clerkUserID { problems.error(entry, found: "one column for both ids", expected: "two") }
        var mapping = DirectorySettings.Mapping(table: table, userID: userID, clerkUserID: clerkUserID)
        mapping.createdAt = identifier(entry, "createdAt")
        return mapping
    }

    /// PostgreSQL cuts names at 63 bytes without an error (NAMEDATALEN), and then they are other names.
    func identifier(_ section: Entry, _ key: String, isQualified: Bool = false) -> String? {
        guard let entry = section[key], let text = entry.text else { return nil }
        let parts = isQualified ? text.split(separator: ".", omittingEmptySubsequences: false) : [text[...]]
        let isGood =
            parts.count <= 2
            && parts.allSatisfy { (1...63).contains($0.utf8.count) && !$0.utf8.contains { $0 < 0x20 || $0 == 0x22 } }
        if !isGood { problems.error(entry, expected: isQualified ? "a table, or schema.table" : "a column") }
        return isGood ? text : nil
    }

    private func linking(_ entry: Entry?) -> DirectorySettings.Linking {
        guard let entry else { return .init(legacyEmail: .untrusted) }
        var linking = DirectorySettings.Linking(legacyEmail: entry.choice("legacyEmail") ?? .untrusted)
        linking.unknown = entry.choice("unknown") ?? linking.unknown
        linking.provisionOn = entry.choice("provisionOn") ?? linking.provisionOn
        linking.privilegedRoles = entry["privilegedRoles"]?.elements.compactMap(\.text) ?? []
        linking.afterLink = entry.choice("afterLink") ?? linking.afterLink
        linking.afterDelete = entry.choice("afterDelete") ?? linking.afterDelete
        linking.conflict = entry.choice("conflict")
        linking.confirmation = entry["confirmation"].flatMap { ownPath($0) }
        return linking
    }

    private func provision(_ entry: Entry) -> DirectorySettings.Provision? {
        guard let id: DirectorySettings.Provision.IDRule = entry.choice("id") else { return nil }
        let columns = entry["columns"]?.members.map { (name: $0.name, template: template($0.entry)) } ?? []
        return .init(id: id, columns: columns)
    }

    private func synced(_ list: Entry, _ directory: DirectorySettings) -> [DirectorySettings.Synced] {
        var all: [DirectorySettings.Synced] = []
        for entry in list.elements {
            guard let synced = entry.text.flatMap(DirectorySettings.Synced.init), !all.contains(synced) else { continue }
            if directory.column(of: synced) == nil {
                problems.error(entry, expected: "directory.users.\(synced.rawValue) to name the column")
            }
            all.append(synced)
        }
        return all
    }

    private func template(_ entry: Entry) -> String {
        let names = ["first_name", "last_name", "email", "clerk_user_id"]
        var rest = (entry.text ?? "")[...]
        while let open = rest.firstIndex(where: { $0 == "{" || $0 == "}" }) {
            guard rest[open] == "{", let close = rest[open...].firstIndex(of: "}") else {
                problems.error(entry, expected: "a } for each {")
                break
            }
            let name = String(rest[rest.index(after: open)..<close])
            if !names.contains(name) {
                let hint = nearestName(to: name, in: names).map { "did you mean {\($0)}?" }
                problems.error(entry, expected: names.map { "{\($0)}" }.joined(separator: ", ") + " in a template", hint: hint)
            }
            rest = rest[rest.index(after: close)...]
        }
        return entry.text ?? ""
    }

    private func check(_ directory: DirectorySettings, _ entry: Entry) {
        let linking = entry["linking"]
        if directory.linking.legacyEmail == .verifiedColumn, directory.users.emailVerified == nil {
            problems.error(linking?["legacyEmail"] ?? entry, expected: "directory.users.emailVerified to name the column")
        }
        if directory.linking.unknown == .provision, directory.provision == nil {
            problems.error(linking?["unknown"] ?? entry, expected: "directory.provision to say how a row is made")
        }
        if !directory.linking.privilegedRoles.isEmpty, directory.users.role == nil {
            problems.warn(
                linking?["privilegedRoles"] ?? entry, found: "privilegedRoles without directory.users.role",
                expected: "the column that holds the role",
                hint: "no row counts as privileged, so that an administrator's can be linked by e-mail")
        }
        if directory.provision?.id == .clerk, directory.users.clerkUserID != directory.users.id {
            problems.warn(entry["provision"]?["id"] ?? entry, expected: "\"clerk\" only where users.id is the Clerk user id")
        }
    }
}
