import CLinux
import Glibc
import Snapshot

/// One thread, one epoll instance, and the executor of every task that runs there. Events wake strands, woken strands
/// enqueue their tasks here, and a turn of the loop runs them: a conversation is straight-line async code that never
/// leaves its thread. Everything below `// Owned by the thread` is touched by that thread alone; other threads reach
/// the loop through `incoming` only, which is why the class may be called Sendable.
package final class Loop: SerialExecutor, @unchecked Sendable {
    package let name: String
    let poll: Int32
    private let bell: Int32
    private let incoming: Guarded<Incoming>
    /// Set once, in `init`.
    private var core: Core?

    // Owned by the thread that runs the loop.
    private var jobs: [UnownedJob] = []
    private var running: [UnownedJob] = []
    var outbox = Outbox()
    var leaving = Outbox()
    var sources: [Registration] = []
    var strands: [Strand] = []
    var deadlines: [Deadline] = []
    var nextSweep: Int64 = 0
    /// Down to where the present pass over the deadlines has come; 0 between two.
    var sweepSlot = 0
    private var isStopping = false
    /// Called once per wake-up, before the tasks that it woke: where a worker adopts newly published values.
    package var onWake: (() -> Void)?
    /// The loop's clocks, read once per wake-up: a decision sees one time however long it takes.
    package private(set) var now: Int64 = 0
    /// Grows with each wake-up: what was noted in an earlier turn has had its events looked at since.
    package private(set) var turnCount: UInt64 = 0
    package private(set) var wallMilliseconds: Int64 = 0
    /// Replies that came after their asker had stopped waiting.
    package var lateReplies: UInt64 = 0

    private struct Incoming {
        var jobs: [UnownedJob] = []
        var work: [@Sendable () -> Void] = []
    }

    struct Registration {
        var source: EventSource?
        /// Grows when a descriptor's number is used again, so that an event of its former owner is not taken for ours.
        var generation: UInt32 = 0
    }

    package init(name: String) throws(SystemError) {
        self.name = name
        poll = try retrying("epoll_create1") { epoll_create1(Int32(EPOLL_CLOEXEC)) }
        bell = try retrying("eventfd") { eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC)) }
        incoming = Guarded(Incoming())
        var event = unsafe epoll_event(events: Events.readable, data: epoll_data_t(u64: .max))
        try retrying("epoll_ctl") { unsafe epoll_ctl(poll, EPOLL_CTL_ADD, bell, &event) }
        core = Core(of: self)
        Self.takesResumedTasks
        readClocks()
    }

    deinit {
        Glibc.close(bell)
        Glibc.close(poll)
    }

    /// The loop that the calling thread runs.
    package static var current: Loop? {
        guard let pointer = unsafe segue_current_loop() else { return nil }
        return unsafe Unmanaged<Loop>.fromOpaque(pointer).takeUnretainedValue()
    }

    private var isCurrent: Bool {
        unsafe segue_current_loop() == UnsafeMutableRawPointer(Unmanaged.passUnretained(self).toOpaque())
    }

    // MARK: From any thread

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        if isCurrent { jobs.append(job) } else { hand { $0.jobs.append(job) } }
    }

    /// Starts a task that runs on this loop. Between two waits nothing else runs on the loop's thread, so what such a
    /// task reads and writes there needs no lock.
    package func spawn(_ work: @escaping @Sendable () async -> Void) {
        let core = self.core
        if isCurrent { Task { await core?.run(work) } } else { post { Task { await core?.run(work) } } }
    }

    /// Runs a short piece of work on the loop's thread, in order with other such pieces.
    package func post(_ work: @escaping @Sendable () -> Void) { hand { $0.work.append(work) } }

    /// Ends `run` once everything that was posted before has been done.
    package func stop() { post { [unowned self] in isStopping = true } }

    private func hand(_ change: (inout sending Incoming) -> Void) {
        let wasEmpty = incoming.withLock { held in
            let wasEmpty = held.jobs.isEmpty && held.work.isEmpty
            change(&held)
            return wasEmpty
        }
        // One ring per batch: whoever finds the inbox empty wakes the loop.
        if wasEmpty {
            var one: UInt64 = 1
            _ = unsafe Glibc.write(bell, &one, 8)
        }
    }

    /// A continuation hands its task to the global executor, from where it would hop to its actor's: on a loop's thread it
    /// is handed to the loop instead. docs/decisions/0007-resuming-tasks.md says why not by an executor preference.
    private static let takesResumedTasks: Void = unsafe segue_take_global_jobs { loop, job in
        let loop = unsafe Unmanaged<Loop>.fromOpaque(loop!).takeUnretainedValue()
        unsafe loop.jobs.append(unsafeBitCast(job, to: UnownedJob.self))
    }

    // MARK: The thread

    /// Runs the loop on a thread of its own until `stop`.
    package func start() {
        startThread(name: name) { [self] in run() }
    }

    /// Runs the loop on the calling thread until `stop`.
    package func run() {
        unsafe segue_set_current_loop(Unmanaged.passUnretained(self).toOpaque())
        defer { segue_set_current_loop(nil) }
        unsafe withUnsafeTemporaryAllocation(of: epoll_event.self, capacity: Limits.eventsPerWake) { events in
            while !isStopping || !jobs.isEmpty {
                unsafe turn(events)
            }
        }
    }

    private func turn(_ events: UnsafeMutableBufferPointer<epoll_event>) {
        let count = unsafe epoll_wait(poll, events.baseAddress!, Int32(events.count), waitMilliseconds)
        readClocks()
        turnCount &+= 1
        for index in 0..<max(0, Int(count)) {
            unsafe dispatch(data: events[index].data.u64, events: events[index].events)
        }
        if isSweeping || now >= nextSweep { sweep() }
        onWake?()
        runJobs()
        sendCollected()
    }

    private var waitMilliseconds: Int32 {
        if !jobs.isEmpty || isSweeping || isStopping { return 0 }
        return strands.isEmpty ? -1 : Int32(max(0, nextSweep - now))
    }

    private func dispatch(data: UInt64, events: UInt32) {
        guard data != .max else { return takeIncoming() }
        let index = Int(data & 0xFFFF_FFFF)
        guard index < sources.count, sources[index].generation == UInt32(data >> 32) else { return }
        sources[index].source?.eventsArrived(events)
    }

    private func takeIncoming() {
        var count: UInt64 = 0
        _ = unsafe Glibc.read(bell, &count, 8)
        let taken = incoming.withLock { held in
            let taken = held
            held = Incoming()
            return taken
        }
        jobs.append(contentsOf: taken.jobs)
        for work in taken.work { work() }
    }

    /// Runs what is ready now; what becomes ready meanwhile waits for the next turn, so that sockets are not starved.
    private func runJobs() {
        guard !jobs.isEmpty else { return }
        swap(&jobs, &running)
        for job in running {
            unsafe job.runSynchronously(on: asUnownedSerialExecutor())
        }
        running.removeAll(keepingCapacity: true)
    }

    private func readClocks() {
        now = Clock.monotonicMilliseconds()
        wallMilliseconds = Clock.wallMilliseconds()
    }
}
