import Authentication
import Identity
import Settings
import Telemetry

extension Session {
    func finalizeFindings(_ whole: Settings, at now: UnixTime) async throws(DirectoryError) -> FinalizeFindings {
        try await refuseHiddenRows()
        // A gateway that runs seals by itself; without one the latest rows would wait for ever.
        while try await seal() > 0 {}
        var findings = FinalizeFindings()
        var live = LiveModes()
        _ = live.settle(try await overrides(), with: whole, at: now)
        findings.routes = whole.routes.map { route in
            FinalizeFindings.RouteState(
                name: route.name, modes: route.modes, live: live.inForce.first { $0.route == route.name }?.mode)
        }
        findings.traffic = try await traffic()
        let clerkUser = users.columns[5]
        findings.unlinked = try await some("NOT \(isSettled)")
        findings.unseen = try await some(
            "\(isExpected) AND \(clerkUser) IS NOT NULL AND (l.first_session_at IS NULL OR l.clerk_user_id <> \(clerkUser))")
        findings.waived = try await some("NOT (\(isNotWaived))")
        findings.backup = try await lastEntry(
            "action IN ('backup', 'migrate') AND detail LIKE '\(OperatorNote.backupPrefix)%'", readsDetail: true)
        let changes = "('link', 'unlink', 'create_clerk_user', 'deactivate', 'remove', 'provision')"
        findings.lastChange = try await lastEntry("action IN \(changes) OR action = 'undo' AND rule IN \(changes)")
        findings.ledger = try await verifyLedger()
        findings.table = try await finalizeTable()
        return findings
    }

    // MARK: People

    /// Active, and not given up by name.
    private var isExpected: String { "\(users.columns[4]) = 1 AND \(isNotWaived)" }

    /// Nobody's way in ends with the old login: linked to a Clerk user that is not deleted, or not expected.
    var isSettled: String {
        let clerkUser = users.columns[5]
        let deleted =
            "SELECT 1 FROM \(dialect.state("clerk_users")) k WHERE k.clerk_user_id = \(clerkUser) AND k.deleted_at IS NOT NULL"
        return "(NOT (\(isExpected)) OR \(clerkUser) IS NOT NULL AND NOT EXISTS (\(deleted)))"
    }

    private var isNotWaived: String {
        let ledger = dialect.state("ledger")
        return """
            NOT EXISTS (SELECT 1 FROM \(ledger) w WHERE w.action = 'waive' AND w.user_id = \(users.columns[0])
              AND NOT EXISTS (SELECT 1 FROM \(ledger) x WHERE x.action = 'undo' AND x.rule = 'waive' AND x.user_id = w.user_id
                AND x.id > w.id))
            """
    }

    func isWaived(_ user: UserID) async throws(DirectoryError) -> Bool {
        try await some("\(users.columns[0]) = $1 AND NOT (\(isNotWaived))", [user.text]).count > 0
    }

    func some(_ condition: String, _ values: [String?] = []) async throws(DirectoryError) -> SomePeople {
        let rows = "SELECT DISTINCT \(users.columns[0]) AS id FROM \(users.name.quoted) u\(users.joins) WHERE \(condition)"
        let count = try await slowRows("SELECT count(*) FROM (\(rows)) p", values)[0][0].flatMap { Int($0) } ?? 0
        guard count > 0 else { return SomePeople() }
        let first = try await slowRows("SELECT id FROM (\(rows)) p ORDER BY 1 LIMIT \(Limits.finalizeNamed)", values)
        return SomePeople(count: count, first: first.compactMap { $0[0].map(UserID.init) })
    }

    private func lastEntry(_ condition: String, readsDetail: Bool = false) async throws(DirectoryError) -> FinalizeFindings.Entry? {
        try await slowRows(
            """
            SELECT \(LedgerRow.columns(dialect)) FROM \(dialect.state("ledger")) WHERE \(condition) ORDER BY id DESC LIMIT 1
            """
        ).first.map(LedgerRow.init).flatMap { row in
            let held = readsDetail ? OperatorNote.backedUp(row.detail) : nil
            return row.time.map { FinalizeFindings.Entry(id: held ?? row.id, action: row.action, at: $0) }
        }
    }

    // MARK: The table

    func finalizeTable() async throws(DirectoryError) -> FinalizeTable {
        var table = FinalizeTable()
        table.name = users.name.quoted
        let catalogue = try await Catalogue(of: settings.users.table, on: connection)
        switch users.source {
        case .column(let column) where users.isKeyedByClerk: table.links = .id; table.isLinkRequired = !column.isNullable
        case .column(let column):
            table.links = .column(name: column.quoted)
            table.isLinkRequired = catalogue.column(column.name)?.isNullable == false
            table.isProofBegun = try await hasProof()
            table.rowsWithoutLink = try await some("NULLIF(\(dialect.text("u.\(column.quoted)")), '') IS NULL")
        case .mapping(let mapping): table.links = .mapping(table: mapping.name.quoted)
        case .links: table.links = .ours
        }
        table.deletionUnlinks = settings.linking.afterDelete == .unlink
        if let name = settings.users.passwordHash {
            table.hashColumn = quote(name)
            if let column = catalogue.column(name) {
                table.hasHashColumn = true
                let count = "SELECT count(\(column.quoted)) FROM \(users.name.quoted)"
                table.hashes = try await slowRows(count)[0][0].flatMap { Int($0) } ?? 0
            }
        }
        table.added = try await connection.rows(
            """
            SELECT key FROM \(dialect.state("meta")) WHERE key LIKE '\(AddedColumn.metaPrefix)%' OR key LIKE 'added:%\\_key' ESCAPE '\\'
            ORDER BY key
            """
        ).compactMap { row in
            row[0].map { String($0.dropFirst(($0.hasPrefix(AddedColumn.metaPrefix) ? AddedColumn.metaPrefix : "added:").count)) }
        }
        return table
    }

    /// The constraint that proves that no row lacks a Clerk user, so that `SET NOT NULL` need not read the table under its lock.
    static let proofName = "segue_clerk_user_not_null"

    func hasProof() async throws(DirectoryError) -> Bool {
        guard dialect == .postgres else { return false }
        return try await !connection.rows(
            "SELECT 1 FROM pg_constraint WHERE conrelid = to_regclass($1) AND conname = $2", [users.name.quoted, Self.proofName]
        ).isEmpty
    }
}
