internal import Directory
internal import Gateway
internal import Telemetry

/// What is still to be noted in the directory about the use of routes: the difference between what workers have counted and what
/// was noted before, and once a day that a route is watched at all.
struct TrafficNotes {
    /// What each worker had counted when it was asked last.
    private var counted: [Int: [String: RouteUse]] = [:]
    private var due: [String: TrafficNote] = [:]
    /// Routes that have been said to be watched, and on which day.
    private var watched: Set<String> = []
    private var day = ""

    mutating func add(_ uses: [RouteUse], ofWorker index: Int, at now: UnixTime) {
        let today = TrafficRow.day(of: now)
        if today != day { (day, watched) = (today, []) }
        var latest: [String: RouteUse] = [:]
        for use in uses {
            latest[use.route] = use
            let before = counted[index]?[use.route]
            var note = due[use.route] ?? TrafficNote(route: use.route)
            note.legacy += Self.difference(use.legacy, before?.legacy)
            note.clerk += Self.difference(use.clerk, before?.clerk)
            if use.isWatched, watched.insert(use.route).inserted { note.isWatch = true }
            due[use.route] = note
        }
        counted[index] = latest
    }

    /// A route that was away from the settings counts from zero again.
    private static func difference(_ now: UInt64, _ before: UInt64?) -> UInt64 {
        guard let before, before <= now else { return now }
        return now - before
    }

    /// Empty where nothing has happened.
    var open: [TrafficNote] {
        due.values.filter { $0.legacy > 0 || $0.clerk > 0 || $0.isWatch }.sorted { $0.route < $1.route }
    }

    /// Takes what is about to be noted; whoever could not note it puts it back.
    mutating func take() -> [TrafficNote] {
        defer { due = [:] }
        return open
    }

    mutating func putBack(_ notes: [TrafficNote]) {
        for note in notes {
            var sum = due[note.route] ?? TrafficNote(route: note.route)
            sum.legacy += note.legacy
            sum.clerk += note.clerk
            sum.isWatch = sum.isWatch || note.isWatch
            due[note.route] = sum
        }
    }
}
