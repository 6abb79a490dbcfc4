package import Authentication
import Snapshot
import Sockets

/// How the directory is, for `/readyz` and the metrics.
package struct DirectoryHealth: Sendable, Hashable {
    /// `false` while a kind of question, look-ups or links, has no connection at all.
    package var isUp = false
    /// Since when, on the monotonic clock.
    package var sinceMilliseconds: Int64
    package var lastError: Unavailable?
    package var questionsAnswered: UInt64 = 0
    package var questionsRefused: UInt64 = 0
    package var queueLength = 0
    /// Whether changes by other replicas arrive; `nil` where there are none (SQLite).
    package var isListening: Bool?
}

/// What a group of connections is for.
enum LaneKind: Sendable { case lookUps, links, legacy }

/// Written by the directory's thread, read by any.
final class DirectoryStatus: Sendable {
    fileprivate struct State {
        var health: DirectoryHealth
        /// Kinds of question that nobody can answer now.
        var away: Set<LaneKind>
        var queues: [LaneKind: Int] = [:]
        var connections = 0
    }

    private let state: Guarded<State>

    /// `kinds` have no connection yet.
    init(_ kinds: Set<LaneKind>, isListening: Bool?) {
        let health = DirectoryHealth(sinceMilliseconds: Clock.monotonicMilliseconds(), isListening: isListening)
        state = Guarded(State(health: health, away: kinds))
    }

    var health: DirectoryHealth { state.withLock { $0.health } }

    /// Connections to the database, those that are being opened included.
    var connections: Int { state.withLock { $0.connections } }

    func opening() { state.withLock { $0.connections += 1 } }

    func closed() { state.withLock { $0.connections -= 1 } }

    func connected(_ kind: LaneKind) {
        state.withLock { state in
            state.away.remove(kind)
            state.settle()
        }
    }

    func away(_ kind: LaneKind, _ error: Unavailable) {
        state.withLock { state in
            state.away.insert(kind)
            state.health.lastError = error
            state.settle()
        }
    }

    func answered() { state.withLock { $0.health.questionsAnswered += 1 } }

    func refused(_ error: Unavailable) {
        state.withLock { state in
            state.health.questionsRefused += 1
            state.health.lastError = error
        }
    }

    func queued(_ kind: LaneKind, _ count: Int) {
        state.withLock { state in
            state.queues[kind] = count
            state.health.queueLength = state.queues.values.reduce(0, +)
        }
    }

    func listening(_ isListening: Bool) { state.withLock { $0.health.isListening = isListening } }
}

extension DirectoryStatus.State {
    fileprivate mutating func settle() {
        guard health.isUp != away.isEmpty else { return }
        health.isUp = away.isEmpty
        health.sinceMilliseconds = Clock.monotonicMilliseconds()
    }
}
