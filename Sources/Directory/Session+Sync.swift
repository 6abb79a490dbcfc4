import Authentication
import Identity
import Migration
import Settings
import Telemetry

/// `directory.sync`: columns that follow later changes of the Clerk user, and no others.
extension Session {
    /// The row, if anything in it has changed.
    func sync(_ user: ToldUser, at now: UnixTime) async throws(DirectoryError) -> UserID? {
        guard !settings.sync.isEmpty, let row = try await self.user(linkedTo: user.id), row.isActive else { return nil }
        let values = try await values(for: user, row)
        guard !values.isEmpty else { return nil }
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
        guard !changed.isEmpty else { return nil }
        try await announce(user: row.id, clerkUser: user.id)
        return row.id
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
                guard let email = user.email, try await users(withEmail: email).allSatisfy({ $0.id == row.id }) else { continue }
                values.append(ProvisionedValue(column: column, value: email, isDisplay: false))
            }
        }
        return values
    }
}
