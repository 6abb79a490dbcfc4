package import Authentication
package import Identity
import Telemetry

extension DirectoryThread: UpgradeLog {
    package func begin(_ upgrade: Upgrade) async throws(Unavailable) -> UpgradeStanding {
        try await ask(writers, within: Limits.linkMilliseconds) { session throws(DirectoryError) in
            try await session.begin(upgrade)
        }
    }

    package func finish(_ upgrade: Upgrade) async throws(Unavailable) {
        try await ask(writers, within: Limits.linkMilliseconds) { session throws(DirectoryError) in
            try await session.append(
                LedgerEntry(
                    .upgrade, user: upgrade.user, clerkUser: upgrade.clerkUser, rule: nil, requestID: upgrade.requestID,
                    time: upgrade.time))
        }
        noteUnsealed()
    }

    package func takeBack(_ upgrade: Upgrade) async throws(Unavailable) {
        try await ask(writers, within: Limits.linkMilliseconds) { session throws(DirectoryError) in
            try await session.takeBack(upgrade)
        }
    }
}

extension Session {
    /// One transaction: the session is taken, whoever else tries it with any replica; and the pair is linked still.
    func begin(_ upgrade: Upgrade) async throws(DirectoryError) -> UpgradeStanding {
        try await connection.transaction { () async throws(DirectoryError) in
            guard let row = try await heldRow(of: upgrade.user), row.isActive, row.clerkUser == upgrade.clerkUser else {
                return .changed
            }
            let taken = try await connection.rows(
                """
                INSERT INTO \(dialect.state("upgrades")) (credential, user_id, at) VALUES ($1, $2, $3)
                ON CONFLICT (credential) DO NOTHING RETURNING credential
                """, [upgrade.credential, upgrade.user.text, time(upgrade.time)])
            return taken.isEmpty ? .doneBefore : .begun
        }
    }

    func takeBack(_ upgrade: Upgrade) async throws(DirectoryError) {
        try await connection.rows(
            "DELETE FROM \(dialect.state("upgrades")) WHERE credential = $1 AND user_id = $2",
            [upgrade.credential, upgrade.user.text])
    }
}
