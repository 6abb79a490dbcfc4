import Authentication
import JOSE
package import Telemetry

/// What the keeper of Clerk's keys knows, and what it does at each event. It reads no clock and makes no call: it returns
/// what is to be done. Times are milliseconds that never go back, but for what concerns the state file.
struct KeyKeeping {
    typealias Reply = @Sendable (Result<Void, KeyFetchFailure>) -> Void

    /// What the caller must do, in this order.
    struct Effects {
        /// The keys are others now.
        var set: KeySet?
        var store: KeyFileContent?
        var beginsFetch = false
        var answers: [(reply: Reply, result: Result<Void, KeyFetchFailure>)] = []
        var report: String?
    }

    private struct Waiting {
        /// The number of the first fetch that began after this request arrived.
        let fetch: UInt64
        let deadline: Int64
        let reply: Reply
    }

    private let maxStaleMilliseconds: Int64
    private var refresh: KeyRefresh
    private var retention: KeyRetention<KeySet.Entry>
    private var waiting: [Waiting] = []
    private var lastSuccess: (at: Int64, wall: UnixTime)?
    private var lastError: String?
    private var failures: UInt64 = 0
    private var limited: UInt64 = 0

    init(refreshSeconds: Int, cooldownSeconds: Int, overlapSeconds: Int, maxStaleSeconds: Int, at now: Int64) {
        refresh = KeyRefresh(refreshSeconds: refreshSeconds, cooldownSeconds: cooldownSeconds, at: now)
        retention = KeyRetention(overlapSeconds: overlapSeconds)
        maxStaleMilliseconds = Int64(max(1, maxStaleSeconds)) * 1000
    }

    /// When `woken` must be called next, if nothing else happens before.
    var nextWake: Int64? {
        let stale = retention.current.isEmpty ? nil : lastSuccess.map { $0.at + maxStaleMilliseconds }
        return [refresh.due, retention.nextExpiry, stale, waiting.map(\.deadline).min()].compactMap { $0 }.min()
    }

    /// The keys that an earlier process had, unless they are too old by now.
    mutating func restored(_ content: KeyFileContent, at now: Int64, wall: UnixTime) -> Effects {
        var effects = Effects()
        let age = max(0, wall.milliseconds - content.fetched.milliseconds)
        guard age < maxStaleMilliseconds, !content.keys.isEmpty, lastSuccess == nil else { return effects }
        let retired = content.retired.filter { $0.goodUntil > wall }.map { entry in
            KeyRetention<KeySet.Entry>.Retired(key: entry.key, goodUntil: now + entry.goodUntil.milliseconds - wall.milliseconds)
        }
        retention.restore(current: content.keys, retired: retired)
        lastSuccess = (now - age, content.fetched)
        effects.set = KeySet(retention.keys)
        return effects
    }

    /// Time has passed.
    mutating func woken(at now: Int64) -> Effects {
        var effects = Effects()
        if retention.expire(at: now) { effects.set = KeySet(retention.keys) }
        if let last = lastSuccess, !retention.current.isEmpty, now >= last.at + maxStaleMilliseconds {
            retention.clear()
            effects.set = KeySet([])
            effects.report =
                "Clerk's keys are \(maxStaleMilliseconds / 1000) s old and are no longer used: \(lastError ?? "no fetch succeeded")"
        }
        answerWaiting(&effects, .failure(.unavailable)) { $0.deadline <= now }
        if refresh.timerFired(at: now) != nil { effects.beginsFetch = true }
        return effects
    }

    /// A request needs keys that are fetched after now.
    mutating func demanded(at now: Int64, _ reply: @escaping Reply) -> Effects {
        var effects = Effects()
        guard waiting.count < Limits.keyWaitingMax else { return refused(reply, retryAfterSeconds: 1) }
        switch refresh.demanded(at: now) {
        case .limited(let milliseconds): return refused(reply, retryAfterSeconds: Int((milliseconds + 999) / 1000))
        case .join(let number): waiting.append(Waiting(fetch: number, deadline: now + Limits.keyWaitMilliseconds, reply: reply))
        case .begin(let number):
            waiting.append(Waiting(fetch: number, deadline: now + Limits.keyWaitMilliseconds, reply: reply))
            effects.beginsFetch = true
        }
        return effects
    }

    private mutating func refused(_ reply: @escaping Reply, retryAfterSeconds: Int) -> Effects {
        limited += 1
        return Effects(answers: [(reply, .failure(.limited(retryAfterSeconds: retryAfterSeconds)))])
    }

    /// The fetch that ran is over. A set without usable keys is a failure: it never replaces a good one.
    mutating func fetched(_ result: Result<KeySet, KeySetProblem>, at now: Int64, wall: UnixTime, jitter: Double) -> Effects {
        var effects = Effects()
        let number = refresh.begun
        switch result {
        case .success(let set):
            if retention.adopt(set.entries, at: now) { effects.set = KeySet(retention.keys) }
            (lastSuccess, lastError) = ((now, wall), nil)
            effects.store = fileContent(at: now, wall: wall)
            if refresh.failuresInARow > 0 { effects.report = "Clerk's keys can be fetched again" }
            answerWaiting(&effects, .success(())) { $0.fetch <= number }
        case .failure(let problem):
            failures += 1
            lastError = problem.text
            if refresh.failuresInARow == 0 { effects.report = "Clerk's keys cannot be fetched: \(problem.text)" }
            answerWaiting(&effects, .failure(.unavailable)) { $0.fetch <= number }
        }
        if case .begin = refresh.finished(isSuccess: (try? result.get()) != nil, at: now, jitter: jitter) {
            effects.beginsFetch = true
        }
        return effects
    }

    func status(at now: Int64) -> KeyStatus {
        KeyStatus(
            isFixed: false, keys: retention.current.count, retiredKeys: retention.retired.count,
            ageSeconds: lastSuccess.map { Int((now - $0.at) / 1000) }, lastSuccess: lastSuccess?.wall, lastError: lastError,
            fetches: refresh.begun, failures: failures, failuresInARow: refresh.failuresInARow, limited: limited,
            waiting: waiting.count)
    }

    private mutating func answerWaiting(
        _ effects: inout Effects, _ result: Result<Void, KeyFetchFailure>, _ isMeant: (Waiting) -> Bool
    ) {
        effects.answers += waiting.filter(isMeant).map { ($0.reply, result) }
        waiting.removeAll(where: isMeant)
    }

    private func fileContent(at now: Int64, wall: UnixTime) -> KeyFileContent {
        let retired = retention.retired.map {
            KeyFileContent.Retired(key: $0.key, goodUntil: wall.adding(milliseconds: $0.goodUntil - now))
        }
        return KeyFileContent(fetched: wall, keys: retention.current, retired: retired)
    }
}

/// Why a fetch yielded no keys, for an operator.
struct KeySetProblem: Error, Hashable {
    let text: String
}

/// The state of Clerk's keys, for `/readyz` and metrics.
package struct KeyStatus: Sendable, Hashable {
    /// The key is in the settings (`clerk.jwtKey`): nothing is ever fetched.
    package let isFixed: Bool
    package let keys: Int
    /// Keys that left the set and still verify.
    package let retiredKeys: Int
    /// Since the last fetch that succeeded, in this process or the one before it.
    package let ageSeconds: Int?
    package let lastSuccess: UnixTime?
    package let lastError: String?
    package let fetches: UInt64
    package let failures: UInt64
    package let failuresInARow: Int
    /// Requests that were told to come back because no fetch was allowed.
    package let limited: UInt64
    package let waiting: Int
}
