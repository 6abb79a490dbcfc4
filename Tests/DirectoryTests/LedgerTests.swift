import Authentication
import Identity
import PostgresTesting
import Settings
import Sockets
import Telemetry
import Testing

@testable import Directory

@Suite(.serialized) struct LedgerTests {
    static let backends = [Backend.postgresUUID, .sqliteText]

    /// Three links, sealed. The sealer works within a second; a loaded machine gets ten.
    func sealed(_ database: TestDatabase) async throws -> DirectorySettings {
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

    func verdict(_ settings: DirectorySettings) async throws -> LedgerVerdict {
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

    @Test(arguments: ["ledger_head", "WHERE position >"])
    func `rows that are sealed while it is verified are no fault`(behind statement: String) async throws {
        let database = TestDatabase(.sqliteText)
        let settings = try await sealed(database)
        let verdict = try await onLoop {
            guard case .sqlite(let path) = settings.location else { return LedgerVerdict?.none }
            let other = try await Session(settings, on: SQLiteSQL(path: path))
            let meanwhile = Meanwhile(try SQLiteSQL(path: path), behind: statement) { () async throws(DirectoryError) in
                try await other.append(
                    LedgerEntry(
                        .unlink, user: nil, clerkUser: nil, rule: nil, requestID: nil, time: UnixTime(seconds: 1)))
                _ = try await other.seal()
            }
            let verdict = try await Session(settings, on: meanwhile).verifyLedger()
            #expect(meanwhile.hasHappened)
            return verdict
        }
        guard case .intact = verdict else { return #expect(Bool(false), "\(String(describing: verdict))") }
        withExtendedLifetime(database) {}
    }

    @Test func `a row that is sealed while the ledger is exported is exported`() async throws {
        let database = TestDatabase(.sqliteText)
        let settings = try await sealed(database)
        let ids = try await onLoop {
            guard case .sqlite(let path) = settings.location else { return [Int64]() }
            let other = try await Session(settings, on: SQLiteSQL(path: path))
            try await other.append(
                LedgerEntry(.unlink, user: nil, clerkUser: nil, rule: nil, requestID: nil, time: UnixTime(seconds: 1)))
            let meanwhile = Meanwhile(try SQLiteSQL(path: path), behind: "WHERE position >") { () async throws(DirectoryError) in
                _ = try await other.seal()
            }
            var ids: [Int64] = []
            _ = try await Session(settings, on: meanwhile).exportLedger { rows in
                ids += rows.map(\.id)
                return true
            }
            return ids
        }
        #expect(ids == [1, 2, 3, 4])
        withExtendedLifetime(database) {}
    }

    @Test(arguments: backends) func `the ledger holds no address`(backend: Backend) async throws {
        let database = TestDatabase(backend)
        _ = try await sealed(database)
        #expect(!database.run("SELECT * FROM \(database.state("ledger"))").joined().contains("@"))
    }
}

/// A connection beside which something happens once: behind the last answer to a statement, which is the first without rows where
/// there are pages.
private final class Meanwhile: SQLConnection {
    private let connection: SQLiteSQL
    private let statement: String
    private let happen: () async throws(DirectoryError) -> Void
    private(set) var hasHappened = false
    var dialect: Dialect { connection.dialect }

    init(_ connection: SQLiteSQL, behind statement: String, _ happen: @escaping () async throws(DirectoryError) -> Void) {
        (self.connection, self.statement, self.happen) = (connection, statement, happen)
    }

    func rows(_ sql: String, _ parameters: [String?], timeoutMilliseconds: Int) async throws(DirectoryError) -> [[String?]] {
        let rows = try await connection.rows(sql, parameters, timeoutMilliseconds: timeoutMilliseconds)
        let isTold = sql.contains(statement) ? rows.isEmpty : parameters == [statement]
        if isTold, !hasHappened {
            hasHappened = true
            try await happen()
        }
        return rows
    }

    func close() { connection.close() }
}
