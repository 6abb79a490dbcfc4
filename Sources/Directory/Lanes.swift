import Authentication
import Sockets

/// One question on its way to a connection.
struct Question: Sendable {
    /// Nobody waits for the answer after this.
    let deadline: Deadline
    /// Asks, and delivers the answer.
    let ask: @Sendable (Session) async throws(DirectoryError) -> Void
    let refuse: @Sendable (Unavailable) -> Void
    /// Connections that broke under it.
    var losses = 0
}

/// A few connections of one kind and the questions that wait for them. Each connection is a task, a lane: it connects,
/// serves questions one after the other until its connection breaks, and connects again. While no lane is connected
/// and the last attempt failed, questions are refused at once. All of it belongs to the loop's thread.
final class Lanes: @unchecked Sendable {
    private let kind: LaneKind
    private let loop: Loop
    private let count: Int
    private let status: DirectoryStatus
    private let entrance: SessionEntrance

    private var waiting: [Question] = []
    private var idle: [Strand] = []
    /// Lanes between two attempts to connect.
    private var pausing: [Strand] = []
    /// How often `tryAgain` was called: an attempt that began before says nothing.
    private var trials = 0
    private var connected = 0
    private var failure: Unavailable?
    private var running = 0
    private var isStarted = false
    private var isRetired = false
    private var isClosing = false

    init(_ kind: LaneKind, _ count: Int, through entrance: SessionEntrance, on loop: Loop, _ status: DirectoryStatus) {
        (self.kind, self.count, self.entrance, self.loop, self.status) = (kind, count, entrance, loop, status)
    }

    // On the loop's thread, as everything below.

    func start() {
        guard !isStarted else { return }
        isStarted = true
        for _ in 0..<count { addLane() }
    }

    private func addLane() {
        running += 1
        loop.spawn { await self.run() }
    }

    func submit(_ question: Question) {
        if !isRetired {
            start()
            if connected == 0, let failure { return refuse(question, failure) }
        }
        guard waiting.count < Limits.queueMax else { return refuse(question, .overloaded) }
        waiting.append(question)
        status.queued(kind, waiting.count)
        idle.popLast()?.wake()
        if isRetired, running < count { addLane() }
    }

    /// What stood in the way is known to be gone: lanes connect at once, and questions wait for them.
    func tryAgain() {
        trials += 1
        failure = nil
        for strand in pausing { strand.wake() }
    }

    /// Closes what is idle, and from now on what becomes so: a late question gets a connection of its own.
    func retire() {
        isRetired = true
        for strand in idle { strand.wake() }
        idle.removeAll()
    }

    /// Ends every lane; what still waits is refused.
    func close() {
        isClosing = true
        refuseAll(.away("Segue is stopping"))
        retire()
    }

    // MARK: A lane

    private func run() async {
        defer { running -= 1 }
        var backOff = BackOff(Limits.backOffMilliseconds)
        while isNeeded {
            status.opening()
            let trial = trials
            do throws(DirectoryError) {
                let session = try await entrance.open()
                backOff.reset()
                connected += 1
                failure = nil
                status.connected(kind)
                await serve(session)
                connected -= 1
                session.close()
                status.closed()
            } catch {
                status.closed()
                guard trial == trials else {
                    backOff.reset()
                    continue
                }
                failed(error)
                guard isNeeded else { return }
                await pause(milliseconds: backOff.pause(random: .random(in: 0...1)))
            }
        }
    }

    private func pause(milliseconds: Int) async {
        let strand = Strand(on: loop)
        defer { strand.retire() }
        pausing.append(strand)
        _ = await strand.park(until: loop.deadline(in: milliseconds))
        pausing.removeAll { $0 === strand }
    }

    private var isNeeded: Bool { !isClosing && (!isRetired || !waiting.isEmpty) }

    private func failed(_ error: DirectoryError) {
        guard connected == 0 else { return }
        failure = error.unavailable
        status.away(kind, error.unavailable)
        refuseAll(error.unavailable)
    }

    private func refuse(_ question: Question, _ reason: Unavailable) {
        status.refused(reason)
        question.refuse(reason)
    }

    private func refuseAll(_ reason: Unavailable) {
        for question in waiting { refuse(question, reason) }
        waiting.removeAll()
        status.queued(kind, 0)
    }

    /// Until the connection is of no further use.
    private func serve(_ session: Session) async {
        while let question = await next() {
            guard question.deadline > Deadline(milliseconds: loop.now) else {
                refuse(question, .timedOut)
                continue
            }
            do throws(DirectoryError) {
                try await question.ask(session)
                status.answered()
            } catch {
                settle(question, error)
                if error.endsSession { return }
            }
        }
    }

    /// A connection that broke, perhaps hours ago when the server went away for a moment, says nothing about the
    /// question: another connection gets it. Every question of ours may be asked twice, links included.
    private func settle(_ question: Question, _ error: DirectoryError) {
        if case .away = error, question.losses < count {
            var again = question
            again.losses += 1
            waiting.insert(again, at: 0)
            idle.popLast()?.wake()
        } else {
            refuse(question, error.unavailable)
        }
    }

    /// The next question; `nil` when the lanes close.
    private func next() async -> Question? {
        guard waiting.isEmpty else { return waiting.removeFirst() }
        let strand = Strand(on: loop)
        defer { strand.retire() }
        while waiting.isEmpty, !isRetired {
            idle.append(strand)
            _ = await strand.park(until: .never)
            idle.removeAll { $0 === strand }
        }
        status.queued(kind, max(0, waiting.count - 1))
        return waiting.isEmpty ? nil : waiting.removeFirst()
    }
}
