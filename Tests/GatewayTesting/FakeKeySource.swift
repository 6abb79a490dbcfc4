package import Authentication
package import JOSE
package import Snapshot

/// Clerk's key endpoint: what the next fetch brings, and how often it was asked.
package final class FakeKeySource: KeySource {
    package let published: Published<KeySet>
    private let state: Guarded<State>

    private struct State: Sendable {
        var next: Result<KeySet, KeyFetchFailure>
        var fetches = 0
    }

    package init(published: KeySet, next: Result<KeySet, KeyFetchFailure>) {
        self.published = Published(published)
        state = Guarded(State(next: next))
    }

    package var fetches: Int { state.withLock { $0.fetches } }

    package func answer(_ next: Result<KeySet, KeyFetchFailure>) { state.withLock { $0.next = next } }

    package func fetchAgain() async throws(KeyFetchFailure) {
        let next = state.withLock { state in
            state.fetches += 1
            return state.next
        }
        let keys = try next.get()
        // As the real one: a version moves only when the keys differ.
        if keys != published.read().value { published.publish(keys) }
    }
}
