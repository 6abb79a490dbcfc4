import Authentication
import Identity
import PostgresTesting
import Settings
import Telemetry
import Testing

@testable import Directory

/// What somebody does to the ledger who may write it, and what the next sealer must not cover up.
extension LedgerTests {
    /// Another change, sealed.
    private func goOn(_ database: TestDatabase, _ settings: DirectorySettings) async throws {
        try await withDirectory(settings) { directory in
            _ = try await directory.unlink(
                database.backend.id(1), OperatorNote(actor: "ada", reason: "r"), at: .init(seconds: 1_789_992_000))
            await directory.sealLedger()
        }
    }

    @Test(arguments: backends, ["position = 3", "position > 0"])
    func `rows that were taken out are missed when others have been sealed since`(
        backend: Backend, rows: String
    ) async throws {
        let database = TestDatabase(backend)
        let settings = try await sealed(database)
        database.run("DELETE FROM \(database.state("ledger")) WHERE \(rows)")
        try await goOn(database, settings)
        let verdict = try await verdict(settings)
        #expect(verdict == .missing(position: rows == "position = 3" ? 3 : 1))
        withExtendedLifetime(database) {}
    }

    @Test(arguments: backends, [1, 3]) func `a row whose seal was taken off is not sealed as if it were new`(
        backend: Backend, position: Int
    ) async throws {
        let database = TestDatabase(backend)
        let settings = try await sealed(database)
        database.run(
            "UPDATE \(database.state("ledger")) SET position = NULL, seal = NULL, actor = 'mallory' WHERE position = \(position)")
        try await goOn(database, settings)
        let verdict = try await verdict(settings)
        #expect(verdict == .missing(position: position))
        withExtendedLifetime(database) {}
    }

    @Test(arguments: backends) func `a last row that was sealed anew differs from the head, now and later`(backend: Backend)
        async throws
    {
        let database = TestDatabase(backend)
        let settings = try await sealed(database)
        let ledger = database.state("ledger")
        database.run("UPDATE \(ledger) SET actor = 'mallory' WHERE position = 3")
        let id = database.run("SELECT id FROM \(ledger) WHERE position = 3")[0]
        let previous = database.run("SELECT seal FROM \(ledger) WHERE position = 2")[0]
        let forged = try await onLoop {
            try await DirectorySchema(settings).edit { editor throws(DirectoryError) in
                let session = try await editor.session()
                let row = try await session.connection.rows(
                    "SELECT \(SealedRow.columns(session.dialect)) FROM \(ledger) WHERE position = 3")
                return SealedRow(values: row[0]).seal(after: previous)
            }
        }
        database.run("UPDATE \(ledger) SET seal = '\(forged)' WHERE position = 3")
        let now = try await verdict(settings)
        #expect(now == .altered(id: id, position: 3))
        try await goOn(database, settings)
        let later = try await verdict(settings)
        guard case .altered(_, position: 4) = later else {
            Issue.record("\(later)")
            return
        }
        withExtendedLifetime(database) {}
    }

    @Test(arguments: backends, [0, -7, 4]) func `a row that no sealer has noted is named, wherever it stands`(
        backend: Backend, position: Int
    ) async throws {
        let database = TestDatabase(backend)
        let settings = try await sealed(database)
        database.run(
            """
            INSERT INTO \(database.state("ledger")) (at, actor, action, clerk_user_id, position, seal)
            VALUES ('2026-11-21 04:05:06', 'segue', 'create_clerk_user', 'user_stranger', \(position), 'x')
            """)
        let verdict = try await verdict(settings)
        guard case .altered(_, position: position) = verdict else {
            Issue.record("\(verdict)")
            return
        }
        withExtendedLifetime(database) {}
    }

    @Test(arguments: backends) func `a row that nobody seals is named`(backend: Backend) async throws {
        let database = TestDatabase(backend)
        let settings = try await sealed(database)
        database.run(
            "INSERT INTO \(database.state("ledger")) (at, actor, action) VALUES ('2020-01-01 00:00:00', 'segue', 'unlink')")
        let verdict = try await verdict(settings)
        guard case .unsealed(_, let at) = verdict else {
            Issue.record("\(verdict)")
            return
        }
        #expect(at.hasPrefix("2020-01-01"))
        withExtendedLifetime(database) {}
    }
}
