import Authentication
import Directory
import Identity
import PostgresTesting
import Settings
import Sockets
import Testing

@Suite(.serialized) struct LedgerTests {
    static let backends = [Backend.postgresUUID, .sqliteText]

    /// Three links, sealed. The sealer works within a second; a loaded machine gets ten.
    private func sealed(_ database: TestDatabase) async throws -> DirectorySettings {
        database.add(1, 2, 3)
        let settings = database.settings()
        try await withDirectory(settings) { directory in
            for number in 1...3 { _ = try await directory.link(database.backend.id(number), to: "user_\(number)") }
            for _ in 0..<100 {
                if database.run("SELECT count(*) FROM \(database.state("ledger")) WHERE position IS NULL") == ["0"] { break }
                await sleep(milliseconds: 100)
            }
        }
        return settings
    }

    private func verdict(_ settings: DirectorySettings) async throws -> LedgerVerdict {
        try await onLoop { try await DirectorySchema(settings).verifyLedger() }
    }

    @Test(arguments: backends) func `changes are sealed, and the chain is intact`(backend: Backend) async throws {
        let database = TestDatabase(backend)
        let settings = try await sealed(database)
        let verdict = try await verdict(settings)
        #expect(verdict == .intact(sealed: 3, pending: 0))
        withExtendedLifetime(database) {}
    }

    @Test(arguments: backends) func `an altered row is named`(backend: Backend) async throws {
        let database = TestDatabase(backend)
        let settings = try await sealed(database)
        let id = database.run("SELECT id FROM \(database.state("ledger")) WHERE position = 2")[0]
        for change in ["clerk_user_id = 'user_attacker'", "at = '2020-01-01 00:00:00'", "rule = NULL", "detail = ''"] {
            let columns = "clerk_user_id, at, rule, detail"
            let before = database.run("SELECT \(columns) FROM \(database.state("ledger")) WHERE position = 2")[0]
            database.run("UPDATE \(database.state("ledger")) SET \(change) WHERE position = 2")
            let broken = try await verdict(settings)
            #expect(broken == .altered(id: id, position: 2), "\(change)")
            let values = before.split(separator: "|", omittingEmptySubsequences: false)
            database.run(
                """
                UPDATE \(database.state("ledger"))
                SET clerk_user_id = '\(values[0])', at = '\(values[1])', rule = '\(values[2])', detail = NULL WHERE position = 2
                """)
            let mended = try await verdict(settings)
            #expect(mended == .intact(sealed: 3, pending: 0), "\(change)")
        }
    }

    @Test(arguments: backends) func `a row with its seal made anew breaks the next one`(backend: Backend) async throws {
        let database = TestDatabase(backend)
        let settings = try await sealed(database)
        database.run("UPDATE \(database.state("ledger")) SET seal = 'ab' WHERE position = 1")
        let verdict = try await verdict(settings)
        guard case .altered(_, position: 1) = verdict else { return #expect(Bool(false), "\(verdict)") }
    }

    @Test(arguments: backends, [1, 2, 3]) func `a row that was taken out is missed, the last one too`(
        backend: Backend, position: Int
    ) async throws {
        let database = TestDatabase(backend)
        let settings = try await sealed(database)
        database.run("DELETE FROM \(database.state("ledger")) WHERE position = \(position)")
        let verdict = try await verdict(settings)
        #expect(verdict == .missing(position: position))
    }

    @Test(arguments: backends) func `the ledger holds no address`(backend: Backend) async throws {
        let database = TestDatabase(backend)
        _ = try await sealed(database)
        #expect(!database.run("SELECT * FROM \(database.state("ledger"))").joined().contains("@"))
    }
}
