/// When the key set is fetched, and which fetch answers whom. One fetch runs at a time. Who finds a token that no key
/// verifies must wait for a fetch that began after the token arrived, so a fetch that is running already does not count:
/// another is booked behind it, one for all who ask meanwhile.
///
///             due · demanded (when the limiter allows it)
///     idle ──────────────────────────────────────────────▶ fetching
///      ▲                                                   │      │ demanded
///      │◀──────────────────── finished ────────────────────┘      ▼
///      └─ (the booked one begins) ◀─── finished ──── fetching, another booked
struct KeyRefresh {
    private enum State { case idle(due: Int64), fetching, fetchingWithAnotherBooked }

    /// What a demand comes to. Fetches are numbered from 1, in the order in which they begin.
    enum Demand: Equatable {
        /// Begin this fetch now, and wait for it.
        case begin(UInt64)
        /// Wait for this fetch; it begins when the running one ends, or somebody else's demand booked it.
        case join(UInt64)
        case limited(milliseconds: Int64)
    }

    enum AfterFetch: Equatable {
        case begin(UInt64)
        case sleep(until: Int64)
    }

    private let refreshMilliseconds: Int64
    private var limiter: FetchLimiter
    private var state: State
    /// How many fetches have begun.
    private(set) var begun: UInt64 = 0
    private(set) var failuresInARow = 0

    init(refreshSeconds: Int, cooldownSeconds: Int, at now: Int64) {
        refreshMilliseconds = Int64(max(1, refreshSeconds)) * 1000
        limiter = FetchLimiter(cooldownSeconds: cooldownSeconds)
        state = .idle(due: now)
    }

    /// When `timerFired` should be called; `nil` while a fetch runs.
    var due: Int64? {
        guard case .idle(let due) = state else { return nil }
        return due
    }

    /// Somebody waits for a fetch that begins after now.
    mutating func demanded(at now: Int64) -> Demand {
        switch state {
        case .fetchingWithAnotherBooked: return .join(begun + 1)
        case .idle, .fetching:
            guard limiter.take(at: now) else { return .limited(milliseconds: limiter.millisecondsUntilNext(at: now)) }
            guard case .idle = state else {
                state = .fetchingWithAnotherBooked
                return .join(begun + 1)
            }
            return .begin(begin())
        }
    }

    /// The number of the fetch to begin; `nil` when it is not time, or the limiter is empty: `due` has then moved on.
    mutating func timerFired(at now: Int64) -> UInt64? {
        guard case .idle(let due) = state, now >= due else { return nil }
        guard limiter.take(at: now) else {
            state = .idle(due: now + limiter.millisecondsUntilNext(at: now))
            return nil
        }
        return begin()
    }

    /// `jitter` is a random number in 0..<1. It spreads the replicas of a deployment, which all began together.
    mutating func finished(isSuccess: Bool, at now: Int64, jitter: Double) -> AfterFetch {
        failuresInARow = isSuccess ? 0 : failuresInARow + 1
        switch state {
        case .fetchingWithAnotherBooked: return .begin(begin())
        case .fetching, .idle:
            let due = now + pause(jitter: jitter)
            state = .idle(due: due)
            return .sleep(until: due)
        }
    }

    private mutating func begin() -> UInt64 {
        state = .fetching
        begun += 1
        return begun
    }

    private func pause(jitter: Double) -> Int64 {
        guard failuresInARow > 0 else { return refreshMilliseconds - Int64(Double(refreshMilliseconds) * 0.1 * jitter) }
        let doubled = Limits.keyRetryMilliseconds.lowerBound << Int64(min(failuresInARow - 1, 16))
        let longest = min(doubled, Limits.keyRetryMilliseconds.upperBound, refreshMilliseconds)
        return longest - Int64(Double(longest) * 0.5 * jitter)
    }
}
