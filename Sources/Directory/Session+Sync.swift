import Authentication
import Identity
import Migration
import Settings
import Telemetry

/// `directory.sync`: columns that follow later changes of the Clerk user, and no others.
extension Session {
    /// What the application's table does not take for this very row is settled by that: the same event would be refused each time it
    /// comes, and must not keep the rest of it from taking effect.
    func sync(_ user: ToldUser, at now: UnixTime) async throws(DirectoryError) -> MessageEffect {
        guard !settings.sync.isEmpty, let row = try await self.user(linkedTo: user.id), row.isActive else { return .nothing }
        let values = try await values(for: user, row)
        guard !values.isEmpty else { return .nothing }
        let written = try await connection.attempt { () async throws(DirectoryError) in
            // Somebody may be taking the link away: then these are another person's words.
            guard let held = try await heldRow(of: row.id), held.clerkUser == user.id, held.isActive else { return false }
            return try await write(values, of: user.id, to: held, at: now)
        }
        do throws(DirectoryError) { return try written.get() ? .synced(row.id) : .nothing } catch {
            guard let reason = error.ofRow else { throw error }
            return .syncRefused(row.id, reason: reason)
        }
    }

    /// Whether anything in the row has changed.
    private func write(
        _ values: [ProvisionedValue], of user: ClerkUserID, to row: DirectoryUser, at now: UnixTime
    ) async throws(DirectoryError) -> Bool {
        let places = values.enumerated().map { (quoted: $1.column.quoted, parameter: provisionParameter($0 + 2, $1)) }
        var changes = places.map { "\($0.quoted) = \($0.parameter)" }
        var parameters: [String?] = [row.id.text] + values.map(\.value)
        try noteChange(at: now, &changes, &parameters)
        let changed = try await connection.rows(
            """
            UPDATE \(users.name.quoted) SET \(changes.joined(separator: ", "))
            WHERE \(users.id.quoted) = \(dialect.parameter(1, as: users.id.type))
            AND (\(places.map { "\($0.quoted) \(dialect.differs) \($0.parameter)" }.joined(separator: " OR "))) RETURNING 1
            """, parameters)
        guard !changed.isEmpty else { return false }
        try await announce(user: row.id, clerkUser: user)
        return true
    }

    /// `users.updatedAt`, with every change of a row.
    func noteChange(at now: UnixTime, _ changes: inout [String], _ parameters: inout [String?]) throws(DirectoryError) {
        guard let updatedAt = try users.catalogue.optional(settings.users.updatedAt) else { return }
        parameters.append(time(now))
        changes.append("\(updatedAt.quoted) = \(dialect.parameter(parameters.count, as: updatedAt.type))")
    }

    private func values(
        for user: ToldUser, _ row: DirectoryUser
    ) async throws(DirectoryError) -> [ProvisionedValue] {
        var values: [ProvisionedValue] = []
        for synced in settings.sync {
            guard let column = try users.catalogue.optional(settings.column(of: synced)) else { continue }
            func add(_ text: String) {
                // A name that Clerk does not know is no news: it is left as the application has it.
                guard !text.isEmpty else { return }
                values.append(ProvisionedValue(column: column, value: column.display(text), isDisplay: true))
            }
            switch synced {
            case .firstName: add(user.firstName ?? "")
            case .lastName: add(user.lastName ?? "")
            case .name: add([user.firstName, user.lastName].compactMap(\.self).filter { !$0.isEmpty }.joined(separator: " "))
            case .email:
                // An address that another row has would make its owner's row ambiguous, or be refused by the table.
                guard let email = user.email, email != row.email else { continue }
                try await lockAddress(email)
                guard try await users(withEmail: email).allSatisfy({ $0.id == row.id }) else { continue }
                values.append(ProvisionedValue(column: column, value: email, isDisplay: false))
            }
        }
        return values
    }
}

extension DirectoryError {
    /// Why this row in particular was refused; `nil`: the trouble is ours, and the same may go well later.
    var ofRow: String? {
        switch self {
        case .unfit(let reason), .conflict(let reason): reason
        case .invalidValue: "a value does not fit its column"
        case .away, .timedOut, .transient, .lockedOut, .misfit, .refused: nil
        }
    }
}
