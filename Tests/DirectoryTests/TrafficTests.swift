import PostgresTesting
import Settings
import Telemetry
import Testing

@testable import Directory

/// By which credentials routes are used, as every process adds it to the same rows.
@Suite("Session+Traffic", .serialized) struct TrafficTests {
    /// So late that what a directory forgets by its own clock is none of it.
    private let day = UnixTime(seconds: 4_102_444_800)

    private func note(_ route: String, legacy: UInt64 = 0, clerk: UInt64 = 0, isWatch: Bool = false) -> TrafficNote {
        var note = TrafficNote(route: route)
        (note.legacy, note.clerk, note.isWatch) = (legacy, clerk, isWatch)
        return note
    }

    @Test(arguments: [Backend.postgresUUID, .sqliteText]) func `notes of a day add up, and days stand apart`(
        backend: Backend
    ) async throws {
        let database = TestDatabase(backend)
        try await withDirectory(database.settings()) { directory in
            let later = day.adding(seconds: 60)
            try await directory.note([note("b", legacy: 2), note("a", clerk: 5, isWatch: true)], at: day)
            try await directory.note([note("a", clerk: 1, isWatch: true), note("b", legacy: 1), note("c")], at: later)
            try await directory.note([note("b", legacy: 1)], at: day.adding(seconds: 86_400))
            let rows = try await directory.ask(directory.readers) { session throws(DirectoryError) in try await session.traffic() }
            let name = TrafficRow.day(of: day)
            #expect(
                rows == [
                    TrafficRow(route: "a", kind: .clerk, day: name, requests: 6, first: day, last: later),
                    TrafficRow(route: "a", kind: .watch, day: name, requests: 0, first: day, last: later),
                    TrafficRow(route: "b", kind: .legacy, day: name, requests: 3, first: day, last: later),
                    TrafficRow(
                        route: "b", kind: .legacy, day: TrafficRow.day(of: day.adding(seconds: 86_400)), requests: 1,
                        first: day.adding(seconds: 86_400), last: day.adding(seconds: 86_400)),
                ])
        }
    }

    @Test func `many processes add to one row at once, and nothing is lost`() async throws {
        let database = TestDatabase(.postgresUUID)
        try await withDirectory(database.settings()) { directory in
            await withTaskGroup(of: Void.self) { group in
                for number in 0..<20 {
                    let notes = [note("a", legacy: 1), note("b", legacy: 1)]
                    group.addTask { try? await directory.note(number % 2 == 0 ? notes : notes.reversed(), at: day) }
                }
            }
            #expect(database.run("SELECT route, requests FROM segue.traffic ORDER BY 1") == ["a|20", "b|20"])
        }
    }

    @Test func `a year and a little is remembered`() async throws {
        let database = TestDatabase(.postgresUUID)
        try await withDirectory(database.settings()) { directory in
            for days in [0, 399, 402] as [Int64] {
                try await directory.note([note("a", clerk: 1)], at: day.adding(seconds: -days * 86_400))
            }
            try await directory.ask(directory.writers) { session throws(DirectoryError) in try await session.pruneMessages(at: day)
            }
            #expect(database.run("SELECT count(*) FROM segue.traffic") == ["2"])
        }
    }
}
