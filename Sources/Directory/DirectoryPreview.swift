package import Authentication
package import Identity
package import Settings
package import Telemetry

/// Answers questions like the gateway's directory and changes nothing: a link or a new row is noted, and answered as if it
/// had been made. It has one connection, read-only where the server can be told so, and belongs to the task that made it.
package final class DirectoryPreview: UserDirectory, LegacyStore, SessionRows, @unchecked Sendable {
    private let session: Result<Session, Unavailable>
    private let legacy: [LegacySettings]
    private var noted: DirectoryIntention?

    package init(_ settings: DirectorySettings, _ legacy: [LegacySettings]) async {
        self.legacy = legacy
        do throws(DirectoryError) {
            let connection: any SQLConnection =
                switch settings.location {
                case .postgres(let url):
                    try await PostgresSQL(
                        to: settings.directURL ?? url, prepared: settings.directURL != nil || settings.prepared, isReadOnly: true)
                case .sqlite(let path): try SQLiteSQL(path: path)
                }
            session = .success(try await Session(settings, on: connection))
        } catch {
            session = .failure(error.unavailable)
        }
    }

    /// Why nothing can be asked, if so.
    package var outage: Unavailable? {
        if case .failure(let reason) = session { reason } else { nil }
    }

    /// What was to be changed since this was last called.
    package func takeIntention() -> DirectoryIntention? {
        defer { noted = nil }
        return noted
    }

    package func close() { if case .success(let session) = session { session.close() } }

    private func ask<Answer>(_ question: (Session) async throws(DirectoryError) -> Answer) async throws(Unavailable) -> Answer {
        let session = try session.get()
        do throws(DirectoryError) { return try await question(session) } catch { throw error.unavailable }
    }
}

// Look-ups.
extension DirectoryPreview {
    package func user(_ id: UserID) async throws(Unavailable) -> DirectoryUser? {
        try await ask { session throws(DirectoryError) in try await session.user(id) }
    }

    package func user(linkedTo clerkUser: ClerkUserID) async throws(Unavailable) -> DirectoryUser? {
        try await ask { session throws(DirectoryError) in try await session.user(linkedTo: clerkUser) }
    }

    package func users(withEmail email: String) async throws(Unavailable) -> [DirectoryUser] {
        try await ask { session throws(DirectoryError) in try await session.users(withEmail: email) }
    }

    package func isTold(of clerkUser: ClerkUserID) async throws(Unavailable) -> Bool {
        try await ask { session throws(DirectoryError) in try await session.isTold(of: clerkUser) }
    }

    package func ledgerCreated(_ clerkUser: ClerkUserID) async throws(Unavailable) -> Bool {
        try await ask { session throws(DirectoryError) in try await session.ledgerCreated(clerkUser) }
    }

    package func sessionUser(entry: Int, token: Secret) async throws(Unavailable) -> UserID? {
        guard case .session(let settings) = legacy[entry].kind else { return nil }
        return try await ask { session throws(DirectoryError) in try await session.firstValue(settings.query, token) }
            .map(UserID.init)
    }

    package func standing(entry: Int, of claim: LegacyClaim) async throws(Unavailable) -> LegacyStanding {
        guard case .jwt(let token) = legacy[entry].kind else { return .good }
        return try await token.standing(of: claim) { (query, values) async throws(Unavailable) in
            try await ask { session throws(DirectoryError) in try await session.hasRow(query, values) }
        }
    }
}

// What is set over the file.
extension DirectoryPreview {
    package func overrides() async throws(Unavailable) -> [RouteOverride] {
        try await ask { session throws(DirectoryError) in try await session.overrides() }
    }
}

// Changes: none is made, and what stands against one is said as it would be.
extension DirectoryPreview {
    package func link(_ link: NewLink) async throws(Unavailable) -> LinkOutcome {
        if let outcome = try await ask({ session throws(DirectoryError) in try await session.foresee(link) }) { return outcome }
        noted = .link(link.user, link.clerkUser, rule: link.rule)
        let row = link.row
        return .linked(
            DirectoryUser(
                id: row.id, email: row.email, isEmailVerified: row.isEmailVerified, role: row.role, isActive: row.isActive,
                clerkUser: link.clerkUser))
    }

    /// The id of a row that nobody makes is not known.
    package func provision(_ user: NewUser) async throws(Unavailable) -> LinkOutcome {
        if let outcome = try await ask({ session throws(DirectoryError) in try await session.outcome(of: user, isRehearsal: true) })
        {
            return outcome
        }
        noted = .provision(user.clerkUser, email: user.email)
        return .linked(
            DirectoryUser(
                id: UserID("(a new row)"), email: user.email, isEmailVerified: nil, role: nil, isActive: true,
                clerkUser: user.clerkUser))
    }

    package func recordFirstSession(of user: UserID, clerkUser: ClerkUserID, at time: UnixTime) async throws(Unavailable) {}

    package func recordReview(clerkUser: ClerkUserID, candidate: UserID?, code: String, at time: UnixTime) async throws(Unavailable)
    {
        noted = .review(clerkUser, candidate: candidate, code: code)
    }

    package func add(_ statement: String, token: Secret, user: UserID, until: UnixTime) async throws(Unavailable) {
        noted = noted ?? .session(user)
    }

    package func extend(_ statement: String, token: Secret, until: UnixTime) async throws(Unavailable) -> Bool { true }
}
