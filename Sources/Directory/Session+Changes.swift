import Authentication

/// How far a process has followed the tables that tell of changes.
struct FollowedChanges {
    fileprivate var lastEntry: Int64
    /// Entries of the ledger that were told of, among the latest: an id is given before its row is committed, so that one may turn up
    /// behind a later one.
    fileprivate var told: Set<Int64>
    fileprivate var revocations: [String?]
}

/// What changed meanwhile, for whoever may not have heard of it.
extension Session {
    /// Whose links the ledger says have changed since, and whether somebody was signed out; `nil`: not known from when.
    func changes(since before: FollowedChanges?) async throws(DirectoryError) -> (changes: [DirectoryChange], now: FollowedChanges)
    {
        let ledger = dialect.state("ledger")
        // Cheap, and it moves with every new one.
        let revocations = try await connection.rows(
            "SELECT count(*), max(until_ms) FROM \(dialect.state("revocations"))")[0]
        guard let before else {
            let latest = try await connection.rows("SELECT id FROM \(ledger) ORDER BY id DESC LIMIT \(Limits.ledgerOverlap)")
            let told = Set(latest.map(Self.entry))
            return ([.everything], FollowedChanges(lastEntry: told.max() ?? 0, told: told, revocations: revocations))
        }
        let rows = try await connection.rows(
            """
            SELECT id, user_id, clerk_user_id FROM \(ledger)
            WHERE id > \(before.lastEntry - Int64(Limits.ledgerOverlap)) ORDER BY id LIMIT \(Limits.ledgerPage)
            """)
        let last = rows.last.map(Self.entry) ?? 0
        // In a database that was restored, what has been told of may never have happened.
        guard last >= before.lastEntry else { return try await changes(since: nil) }
        var changes = rows.filter { !before.told.contains(Self.entry($0)) }.flatMap { row -> [DirectoryChange] in
            [row[1].map { .user(UserID($0)) }, row[2].map { .clerkUser(ClerkUserID($0)) }].compactMap(\.self)
        }
        // After a full page there may be more, which has been the case for as long.
        if rows.count == Limits.ledgerPage { changes = [.everything] }
        if revocations != before.revocations { changes.append(.revocations) }
        let latest = rows.map(Self.entry).filter { $0 > last - Int64(Limits.ledgerOverlap) }
        return (changes, FollowedChanges(lastEntry: last, told: Set(latest), revocations: revocations))
    }

    private static func entry(_ row: [String?]) -> Int64 { (row[0] ?? nil).flatMap { Int64($0) } ?? 0 }
}
