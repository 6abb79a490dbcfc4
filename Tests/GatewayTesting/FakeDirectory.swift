package import Authentication
package import Identity
import Snapshot
package import Telemetry

/// The users table and its links in memory, with the promises of the real one: every write is one transaction, a row has
/// one Clerk user at most and a Clerk user one row.
package final class FakeDirectory: UserDirectory {
    package struct Review: Hashable, Sendable {
        package let clerkUser: String
        package let candidate: String?
        package let code: String

        package init(clerkUser: String, candidate: String?, code: String) {
            (self.clerkUser, self.candidate, self.code) = (clerkUser, candidate, code)
        }
    }

    private struct State: Sendable {
        var rows: [UserID: DirectoryUser] = [:]
        var outage: Unavailable?
        var ledgerCreated: Set<ClerkUserID> = []
        var told: Set<ClerkUserID> = []
        var firstSessions: [ClerkUserID: UnixTime] = [:]
        var reviews: [Review] = []
        var links: [NewLink] = []
        var reads = 0
        var nextID = 1000
        var foldsIDs = false
        /// Runs once, right before the next write: what another replica does in between.
        var race: (@Sendable (FakeDirectory) -> Void)?
    }

    private let state = Guarded(State())

    package init(_ rows: [DirectoryUser] = []) {
        for row in rows { put(row) }
    }

    package var reads: Int { state.withLock { $0.reads } }
    package var links: [NewLink] { state.withLock { $0.links } }
    package var reviews: [Review] { state.withLock { $0.reviews } }
    package var rows: [DirectoryUser] { state.withLock { Array($0.rows.values) } }
    package var firstSessions: [ClerkUserID: UnixTime] { state.withLock { $0.firstSessions } }
    package func put(_ row: DirectoryUser) { state.withLock { $0.rows[row.id] = row } }
    package func fail(_ outage: Unavailable?) { state.withLock { $0.outage = outage } }
    package func markLedgerCreated(_ clerkUser: String) { state.withLock { _ = $0.ledgerCreated.insert(ClerkUserID(clerkUser)) } }
    package func markTold(_ clerkUser: String) { state.withLock { _ = $0.told.insert(ClerkUserID(clerkUser)) } }
    /// Ids are found in any ASCII case, as PostgreSQL finds a UUID.
    package func foldIDs() { state.withLock { $0.foldsIDs = true } }
    package func beforeNextWrite(_ race: @escaping @Sendable (FakeDirectory) -> Void) { state.withLock { $0.race = race } }

    package func row(_ id: String) -> DirectoryUser? { state.withLock { $0.rows[UserID(id)] } }
}

extension FakeDirectory {
    package func user(_ id: UserID) async throws(Unavailable) -> DirectoryUser? {
        try await read { $0.rows[$0.foldsIDs ? UserID(id.text.lowercased()) : id] }
    }

    package func user(linkedTo clerkUser: ClerkUserID) async throws(Unavailable) -> DirectoryUser? {
        try await read { $0.rows.values.first { $0.clerkUser == clerkUser } }
    }

    package func users(withEmail email: String) async throws(Unavailable) -> [DirectoryUser] {
        try await read { state in
            Array(
                state.rows.values.filter { Self.areSame($0.email, email) }.sorted { $0.id.text < $1.id.text }
                    .prefix(2))
        }
    }

    package func isTold(of clerkUser: ClerkUserID) async throws(Unavailable) -> Bool {
        try await read { $0.told.contains(clerkUser) }
    }

    package func ledgerCreated(_ clerkUser: ClerkUserID) async throws(Unavailable) -> Bool {
        try await read { $0.ledgerCreated.contains(clerkUser) }
    }

    package func link(_ link: NewLink) async throws(Unavailable) -> LinkOutcome {
        try await write { state in
            if let own = state.rows.values.first(where: { $0.clerkUser == link.clerkUser }) {
                return own.id == link.user ? .existing(own) : .changed
            }
            let hasTwins =
                link.needsSoleEmail && state.rows.values.contains { $0.id != link.user && Self.areSame($0.email, link.row.email) }
            guard let row = state.rows[link.user], row.isActive else { return .changed }
            guard row.clerkUser == nil else { return .rowTaken }
            guard row == link.row, !hasTwins else { return .changed }
            let linked = row.linked(to: link.clerkUser)
            state.rows[row.id] = linked
            state.links.append(link)
            return .linked(linked)
        }
    }

    package func provision(_ user: NewUser) async throws(Unavailable) -> LinkOutcome {
        try await write { state in
            if let own = state.rows.values.first(where: { $0.clerkUser == user.clerkUser }) { return .existing(own) }
            if state.rows.values.contains(where: { Self.areSame($0.email, user.email) }) {
                return .emailTaken
            }
            state.nextID += 1
            let row = DirectoryUser(
                id: UserID(String(state.nextID)), email: user.email, isEmailVerified: nil, role: nil, isActive: true,
                clerkUser: user.clerkUser)
            state.rows[row.id] = row
            return .linked(row)
        }
    }

    package func recordFirstSession(of user: UserID, clerkUser: ClerkUserID, at time: UnixTime) async throws(Unavailable) {
        try await write { state in state.firstSessions[clerkUser] = state.firstSessions[clerkUser] ?? time }
    }

    package func recordReview(clerkUser: ClerkUserID, candidate: UserID?, code: String, at time: UnixTime) async throws(Unavailable)
    {
        try await write { state in state.reviews.append(Review(clerkUser: clerkUser.text, candidate: candidate?.text, code: code)) }
    }

    private func read<Answer: Sendable>(_ answer: @Sendable (State) -> Answer) async throws(Unavailable) -> Answer {
        await Task.yield()
        let result: Result<Answer, Unavailable> = state.withLock { state in
            state.reads += 1
            if let outage = state.outage { return .failure(outage) }
            return .success(answer(state))
        }
        return try result.get()
    }

    private func write<Answer: Sendable>(_ change: @Sendable (inout State) -> Answer) async throws(Unavailable) -> Answer {
        await Task.yield()
        let race = state.withLock { state in
            let race = state.race
            state.race = nil
            return race
        }
        race?(self)
        let result: Result<Answer, Unavailable> = state.withLock { state in
            if let outage = state.outage { return .failure(outage) }
            return .success(change(&state))
        }
        return try result.get()
    }

    private static func areSame(_ a: String?, _ b: String?) -> Bool {
        guard let a, let b else { return false }
        func lower(_ text: String) -> [UInt8] { text.utf8.map { (65...90).contains($0) ? $0 | 0x20 : $0 } }
        return lower(a) == lower(b)
    }
}

extension DirectoryUser {
    /// A row of a test's users table.
    package init(
        _ id: String, email: String?, isEmailVerified: Bool? = nil, role: String? = nil, isActive: Bool = true,
        clerkUser: String? = nil
    ) {
        self.init(
            id: UserID(id), email: email, isEmailVerified: isEmailVerified, role: role, isActive: isActive,
            clerkUser: clerkUser.map { ClerkUserID($0) })
    }

    package func linked(to clerkUser: ClerkUserID) -> DirectoryUser {
        DirectoryUser(id: id, email: email, isEmailVerified: isEmailVerified, role: role, isActive: isActive, clerkUser: clerkUser)
    }
}
