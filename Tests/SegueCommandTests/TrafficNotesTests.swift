import Directory
import Gateway
import Telemetry
import Testing

@testable import SegueCommand

@Suite struct TrafficNotesTests {
    private let noon = UnixTime(seconds: 1_789_992_000)

    private func use(_ route: String, _ legacy: UInt64, _ clerk: UInt64 = 0, isWatched: Bool = true) -> RouteUse {
        RouteUse(route: route, legacy: legacy, clerk: clerk, isWatched: isWatched)
    }

    /// `route legacy/clerk`, with a `w` where it is said to be watched.
    private func words(_ notes: [TrafficNote]) -> [String] {
        notes.map { "\($0.route) \($0.legacy)/\($0.clerk)\($0.isWatch ? " w" : "")" }
    }

    @Test func `what is new is noted once, over all workers`() {
        var notes = TrafficNotes()
        notes.add([use("a", 2, 1), use("b", 0)], ofWorker: 0, at: noon)
        notes.add([use("a", 1, 0), use("b", 0)], ofWorker: 1, at: noon)
        #expect(words(notes.take()) == ["a 3/1 w", "b 0/0 w"])
        notes.add([use("a", 2, 1), use("b", 0)], ofWorker: 0, at: noon)
        #expect(notes.take().isEmpty)
        notes.add([use("a", 4, 1), use("b", 0, 1)], ofWorker: 1, at: noon)
        #expect(words(notes.take()) == ["a 3/1", "b 0/1"])
    }

    @Test func `what could not be noted is noted with what comes next`() {
        var notes = TrafficNotes()
        notes.add([use("a", 2)], ofWorker: 0, at: noon)
        let taken = notes.take()
        notes.add([use("a", 3)], ofWorker: 0, at: noon)
        notes.putBack(taken)
        #expect(words(notes.take()) == ["a 3/0 w"])
        #expect(notes.take().isEmpty)
    }

    @Test func `every day it is said that a route is watched`() {
        var notes = TrafficNotes()
        notes.add([use("a", 0)], ofWorker: 0, at: noon)
        _ = notes.take()
        notes.add([use("a", 0)], ofWorker: 0, at: noon.adding(seconds: 40_000))
        #expect(notes.take().isEmpty)
        notes.add([use("a", 0), use("b", 0)], ofWorker: 0, at: noon.adding(seconds: 86_400))
        #expect(words(notes.take()) == ["a 0/0 w", "b 0/0 w"])
    }

    @Test func `a route where nobody looks is not watched, until somebody does`() {
        var notes = TrafficNotes()
        notes.add([use("a", 0, isWatched: false)], ofWorker: 0, at: noon)
        #expect(notes.take().isEmpty)
        notes.add([use("a", 0)], ofWorker: 0, at: noon)
        #expect(words(notes.take()) == ["a 0/0 w"])
    }

    @Test func `a route that the settings have no more is noted to its end, and not as watched`() {
        var notes = TrafficNotes()
        notes.add([use("a", 2)], ofWorker: 0, at: noon)
        _ = notes.take()
        notes.add([use("b", 0), use("a", 5, isWatched: false)], ofWorker: 0, at: noon)
        #expect(words(notes.take()) == ["a 3/0", "b 0/0 w"])
        notes.add([use("b", 0), use("a", 5, isWatched: false)], ofWorker: 0, at: noon)
        #expect(notes.take().isEmpty)
    }

    @Test func `a route that was away counts from zero, and one that fell silent loses nothing`() {
        var notes = TrafficNotes()
        notes.add([use("a", 9)], ofWorker: 0, at: noon)
        _ = notes.take()
        notes.add([use("b", 0)], ofWorker: 0, at: noon)
        notes.add([use("a", 2)], ofWorker: 0, at: noon)
        #expect(words(notes.take()) == ["a 2/0", "b 0/0 w"])
        notes.add([use("a", 1)], ofWorker: 0, at: noon)
        #expect(words(notes.take()) == ["a 1/0"])
    }
}
