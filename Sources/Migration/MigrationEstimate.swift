/// How long Clerk's limits make it, at best: what is slower than them is not known before.
package struct MigrationEstimate: Sendable, Equatable {
    package enum Key: String, Sendable, CaseIterable {
        case live, test

        /// What Clerk allows.
        package var callsPerTenSeconds: Int {
            switch self {
            case .live: MigrationLimits.liveCallsPerTenSeconds
            case .test: MigrationLimits.testCallsPerTenSeconds
            }
        }

        /// What a migration takes of it.
        package var callsOfOurs: Int { callsPerTenSeconds * MigrationLimits.tenths / 10 }
    }

    package let key: Key
    package let users: Int

    package init(_ key: Key, users: Int) { (self.key, self.users) = (key, users) }

    /// One creation for each, and a look-up by `external_id` for each hundred.
    package var calls: Int { users + Self.quotient(users, MigrationLimits.lookUpIDs) }

    package var seconds: Int { Self.quotient(calls * 10, callsPerTenSeconds) }

    package var callsPerTenSeconds: Int { key.callsPerTenSeconds }

    /// How many the instance takes; `nil`: all.
    package var usersMax: Int? { key == .test ? MigrationLimits.testUsers : nil }

    /// Had each of them an invitation instead, which goes only to addresses that have no Clerk user yet.
    package var invitationHours: Int { Self.quotient(users, MigrationLimits.invitationsPerHour) }
    package var bulkInvitationHours: Int { Self.quotient(users, MigrationLimits.bulkInvitationsPerHour) }

    private static func quotient(_ count: Int, _ size: Int) -> Int { (count + size - 1) / size }
}
