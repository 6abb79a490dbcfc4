package import Authentication
import Snapshot
import Sockets

/// How the directory is, for `/readyz` and the metrics.
package struct DirectoryHealth: Sendable, Hashable {
    /// `false` until the first connection, and while there is none.
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

/// Written by the directory's thread, read by any.
final class DirectoryStatus: Sendable {
    private let held: Guarded<DirectoryHealth>

    init(isListening: Bool?) {
        held = Guarded(DirectoryHealth(sinceMilliseconds: Clock.monotonicMilliseconds(), isListening: isListening))
    }

    var health: DirectoryHealth { held.withLock { $0 } }

    func connected() { turn(up: true) }

    func away(_ error: Unavailable) {
        turn(up: false)
        held.withLock { $0.lastError = error }
    }

    func answered() { held.withLock { $0.questionsAnswered += 1 } }

    func refused(_ error: Unavailable) {
        held.withLock { health in
            health.questionsRefused += 1
            health.lastError = error
        }
    }

    func queued(_ count: Int) { held.withLock { $0.queueLength = count } }
    func listening(_ isListening: Bool) { held.withLock { $0.isListening = isListening } }

    private func turn(up: Bool) {
        held.withLock { health in
            guard health.isUp != up else { return }
            health.isUp = up
            health.sinceMilliseconds = Clock.monotonicMilliseconds()
        }
    }
}
