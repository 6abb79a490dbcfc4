import Authentication
import PostgresTesting
import Settings
import Telemetry
import Testing

@testable import Directory

/// The column `batch`, which came with the third version of the schema.
extension LedgerTests {
    /// The ledger as the second version of the schema had it.
    private func takeBack(_ database: TestDatabase) {
        let ledger = database.state("ledger")
        database.run("ALTER TABLE \(ledger) DROP COLUMN batch")
        database.run("DROP INDEX \(database.backend.isPostgres ? "segue." : "segue_")ledger_user")
        database.run("UPDATE \(database.state("meta")) SET value = '2' WHERE key = 'schema_version'")
    }

    @Test(arguments: backends) func `a ledger of the second version is named, gets the column, and its seals are still good`(
        backend: Backend
    ) async throws {
        let database = TestDatabase(backend)
        let settings = try await sealed(database)
        takeBack(database)
        let schema = DirectorySchema(settings)
        let problems = try await onLoop { try await schema.problems() }
        #expect(problems == [.noState(missing: "\(database.state("ledger")).batch")])
        let planned = try await onLoop { try await schema.plan() }
        let addition =
            "ALTER TABLE \(database.state("ledger")) ADD COLUMN batch \(backend.isPostgres ? "text COLLATE \"C\"" : "TEXT")"
        #expect(planned.contains(addition))
        let applied = try await onLoop { try await schema.apply() }
        #expect(applied == planned)
        let again = try await onLoop { try await schema.plan() }
        #expect(again.isEmpty)
        let verdict = try await verdict(settings)
        #expect(verdict == .intact(sealed: 3, pending: 0))
        withExtendedLifetime(database) {}
    }

    @Test(arguments: backends) func `a table that grew is as one that was made`(backend: Backend) async throws {
        let columns =
            backend.isPostgres
            ? "SELECT attname FROM pg_attribute WHERE attrelid = 'segue.ledger'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum"
            : "SELECT name FROM pragma_table_info('segue_ledger') ORDER BY cid"
        let database = TestDatabase(backend)
        let schema = DirectorySchema(database.settings())
        _ = try await onLoop { try await schema.apply() }
        let made = database.run(columns)
        takeBack(database)
        #expect(database.run(columns) != made)
        _ = try await onLoop { try await schema.apply() }
        #expect(database.run(columns) == made)
    }

    @Test(arguments: backends) func `the batch of a row is sealed with it`(backend: Backend) async throws {
        let database = TestDatabase(backend)
        let settings = try await sealed(database)
        try await onLoop {
            let session = try await Session(settings, on: TestDatabase.connection(settings))
            defer { session.close() }
            try await session.append(
                LedgerEntry(
                    .createClerkUser, user: nil, clerkUser: ClerkUserID("user_9"), rule: nil, requestID: nil, time: noon,
                    batch: "b1"))
            _ = try await session.seal()
        }
        #expect(database.run("SELECT batch FROM \(database.state("ledger")) WHERE position = 4") == ["b1"])
        let intact = try await verdict(settings)
        #expect(intact == .intact(sealed: 4, pending: 0))
        for (position, batch) in [(4, "'b2'"), (4, "NULL"), (3, "'b1'"), (3, "''")] {
            let row = "UPDATE \(database.state("ledger")) SET batch ="
            database.run("\(row) \(batch) WHERE position = \(position)")
            let altered = try await verdict(settings)
            guard case .altered(id: _, position: position) = altered else {
                Issue.record("\(batch) at \(position): \(altered)")
                continue
            }
            database.run("\(row) \(position == 4 ? "'b1'" : "NULL") WHERE position = \(position)")
        }
    }

    /// Computed apart, by docs/ledger.md: these are what auditors have kept.
    @Test func `the formula of a seal never changes`() {
        let row: [String?] = [
            "1", "2026-11-21 04:05:06.789000", "segue", "link", "42", "user_1", "external_id", "req-1", nil, nil,
        ]
        #expect(
            SealedRow(values: row).seal(after: ledgerGenesis)
                == "bcb64f1b62093f18af81d4d61941496d0c5df82c24d2ef10b309224a3db5f079")
        #expect(
            SealedRow(values: row.dropLast() + ["b1"]).seal(after: ledgerGenesis)
                == "29c97488fb5a3c736c069387057a28e0797ee5034fb791e2b35bfcb45b4bd710")
    }
}
