import CCurl
import Glibc
import Snapshot
import Sockets

package typealias FetchCompletion = @Sendable (Result<FetchResponse, FetchError>) -> Void

/// The one thread that makes outbound calls, and their timers. Other threads leave work in its inbox and wake it;
/// completions run on it and must not block.
package final class FetchEngine: Sendable {
    private let inbox = Guarded(Inbox())
    private let multi: CurlMulti

    private struct Inbox {
        var jobs: [Job] = []
        var isStopping = false
        var isRunning = false
    }

    private enum Job {
        case transfer(Outbound, deadline: Int64, FetchCompletion)
        case timer(due: Int64, @Sendable () -> Void)
    }

    package init(connectionsMax: Int = Limits.connections) { multi = CurlMulti(connectionsMax: connectionsMax) }

    /// Starts the thread; once.
    package func start() {
        let isFirst = inbox.withLock { inbox in
            defer { inbox.isRunning = true }
            return !inbox.isRunning
        }
        precondition(isFirst, "the engine runs already")
        startThread(name: "fetch") { [self] in run() }
    }

    /// Ends the thread; whatever is under way or comes later completes with `stopped`.
    package func stop() {
        inbox.withLock { $0.isStopping = true }
        multi.wake()
    }

    /// The response, or why there is none, before `deadline` (of `FetchEngine.now`).
    func start(_ outbound: Outbound, deadline: Int64, completion: @escaping FetchCompletion) {
        if !post(.transfer(outbound, deadline: deadline, completion)) { completion(.failure(.stopped)) }
    }

    /// Calls `work` on the engine's thread after so many milliseconds; never, when the engine is stopped before.
    package func schedule(afterMilliseconds delay: Int, _ work: @escaping @Sendable () -> Void) {
        _ = post(.timer(due: Self.now + Int64(delay), work))
    }

    /// Milliseconds that pass also while the machine sleeps.
    static var now: Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_BOOTTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    private func post(_ job: Job) -> Bool {
        let isAccepted = inbox.withLock { inbox in
            guard !inbox.isStopping else { return false }
            inbox.jobs.append(job)
            return true
        }
        if isAccepted { multi.wake() }
        return isAccepted
    }
}

// MARK: - The thread

extension FetchEngine {
    private func run() {
        blockSignals()
        var work = Work()
        while let jobs = nextJobs() {
            for job in jobs { begin(job, &work) }
            multi.perform()
            while let (transfer, result) = multi.nextFinished() { work.end(transfer, on: multi, result) }
            work.runDueTimers(at: Self.now)
            multi.wait(milliseconds: work.millisecondsToNextTimer(at: Self.now) ?? Limits.idleMilliseconds)
        }
        for transfer in work.transfers.values { work.end(transfer, on: multi, nil) }
    }

    /// `nil` once the engine stops; what was left in the inbox has then been told.
    private func nextJobs() -> [Job]? {
        let (jobs, isStopping) = inbox.withLock { inbox in
            defer { inbox.jobs = [] }
            return (inbox.jobs, inbox.isStopping)
        }
        guard isStopping else { return jobs }
        for case .transfer(_, _, let completion) in jobs { completion(.failure(.stopped)) }
        return nil
    }

    private func begin(_ job: Job, _ work: inout Work) {
        switch job {
        case .timer(let due, let action): work.addTimer(due: due, action)
        case .transfer(let outbound, let deadline, let completion):
            let left = deadline - Self.now
            guard left > 0 else { return completion(.failure(.timeout(milliseconds: outbound.timeoutMilliseconds))) }
            do throws(FetchError) {
                let transfer = try Transfer(outbound, timeoutMilliseconds: Int(left), completion: completion)
                work.transfers[ObjectIdentifier(transfer)] = transfer
                transfer.join(multi)
            } catch {
                completion(.failure(error))
            }
        }
    }

    /// Signals are for the main thread.
    private func blockSignals() {
        var all = sigset_t()
        unsafe sigfillset(&all)
        unsafe pthread_sigmask(SIG_BLOCK, &all, nil)
    }
}

/// What the thread has in hand.
private struct Work {
    var transfers: [ObjectIdentifier: Transfer] = [:]
    /// By due time, the next one last.
    private var timers: [(due: Int64, action: @Sendable () -> Void)] = []

    mutating func end(_ transfer: Transfer, on multi: CurlMulti, _ result: CURLcode?) {
        transfer.leave(multi)
        transfers[ObjectIdentifier(transfer)] = nil
        transfer.finish(result)
    }

    mutating func addTimer(due: Int64, _ action: @escaping @Sendable () -> Void) {
        timers.insert((due, action), at: timers.firstIndex { $0.due <= due } ?? timers.count)
    }

    mutating func runDueTimers(at now: Int64) {
        while let next = timers.last, next.due <= now {
            timers.removeLast()
            next.action()
        }
    }

    func millisecondsToNextTimer(at now: Int64) -> Int? { timers.last.map { Int(max(0, $0.due - now)) } }
}
