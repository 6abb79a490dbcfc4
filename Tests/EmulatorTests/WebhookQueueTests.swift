import Telemetry
import Testing
import Webhooks

@testable import Emulator

@Suite struct WebhookQueueTests {
    private var queue: WebhookQueue
    /// What the queue said when nothing was due any more.
    private var step = WebhookQueue.Step.rest
    private var now = UnixTime(seconds: 1_800_000_000)

    init() throws {
        let secret = try WebhookSecret(WebhookSecret.fresh())
        queue = WebhookQueue(to: WebhookTarget(url: "http://127.0.0.1:1/", secret: secret))
    }

    private mutating func add(_ ids: String...) {
        for id in ids { queue.add(WebhookEvent(.userCreated, [], instance: "", at: now, userAgent: ""), id: id, at: now) }
    }

    /// Delivers what is due, each with this outcome.
    private mutating func deliver(_ outcome: WebhookMessage.Outcome = .delivered(status: 200)) -> [String] {
        var ids: [String] = []
        queue.woken()
        step = queue.next(at: now)
        while case .send(let delivery) = step {
            ids.append(delivery.id)
            queue.finished(delivery, outcome, at: now)
            step = queue.next(at: now)
        }
        return ids
    }

    @Test mutating func `messages go out in the order of their making`() {
        add("a", "b", "c")
        #expect(deliver() == ["a", "b", "c"])
        #expect(queue.next(at: now) == .rest)
        #expect(queue.messages.map(\.state) == [.delivered, .delivered, .delivered])
    }

    @Test mutating func `one is under way at a time`() {
        add("a", "b")
        guard case .send(let first) = queue.next(at: now) else { return #expect(Bool(false)) }
        #expect(queue.next(at: now) == .rest)
        queue.finished(first, .delivered(status: 204), at: now)
        #expect(queue.next(at: now) == .send(.init(id: "b", attempt: 0)))
    }

    @Test mutating func `attempts follow Svix's schedule, and then end`() {
        add("a")
        for seconds: Int64 in [5, 300, 1_800, 7_200, 18_000, 36_000, 36_000] {
            #expect(deliver(.failed("status 500")) == ["a"])
            #expect(step == .wait(milliseconds: seconds * 1_000))
            #expect(queue.next(at: now) == .rest, "a wake-up is promised already")
            now = now.adding(milliseconds: seconds * 1_000 - 1)
            #expect(deliver().isEmpty)
            now = now.adding(milliseconds: 1)
        }
        #expect(deliver(.failed("status 500")) == ["a"])
        #expect(queue.next(at: now) == .rest)
        #expect(queue.messages[0].state == .failed && queue.messages[0].attempts.count == 8)
    }

    @Test mutating func `who fails does not hold up the next`() {
        add("a", "b")
        guard case .send(let first) = queue.next(at: now) else { return #expect(Bool(false)) }
        queue.finished(first, .failed("timeout"), at: now)
        #expect(queue.next(at: now) == .send(.init(id: "b", attempt: 0)))
    }

    @Test mutating func `a receiver that forbids it is left alone`() {
        add("a")
        #expect(deliver(.aborted(status: 410)) == ["a"])
        #expect(queue.next(at: now) == .rest && queue.messages[0].state == .failed)
    }

    @Test mutating func `held messages wait for their release, in any order`() {
        queue.manner.holds = true
        add("a", "b", "c")
        #expect(deliver().isEmpty)
        queue.release(at: now) { $0.reversed() }
        #expect(deliver() == ["c", "b", "a"])
        queue.release(at: now) { $0 }
        #expect(deliver().isEmpty, "they were released once")
    }

    @Test mutating func `late and twice`() {
        (queue.manner.delayMilliseconds, queue.manner.copies) = (700, 2)
        add("a")
        #expect(queue.next(at: now) == .wait(milliseconds: 700))
        now = now.adding(milliseconds: 700)
        #expect(deliver() == ["a", "a"])
    }

    @Test mutating func `an earlier wake-up is asked for when something comes first`() {
        queue.manner.delayMilliseconds = 9_000
        add("late")
        #expect(queue.next(at: now) == .wait(milliseconds: 9_000))
        queue.manner.delayMilliseconds = 100
        add("soon")
        #expect(queue.next(at: now) == .wait(milliseconds: 100))
        now = now.adding(milliseconds: 100)
        #expect(deliver() == ["soon"])
        #expect(step == .wait(milliseconds: 8_900))
    }

    @Test mutating func `a wake-up that comes early is followed by another`() {
        queue.manner.delayMilliseconds = 10
        add("a")
        #expect(queue.next(at: now) == .wait(milliseconds: 10))
        now = now.adding(milliseconds: 9)
        queue.woken()
        #expect(queue.next(at: now) == .wait(milliseconds: 1))
    }

    @Test mutating func `a message is replayed whatever became of it, and only if it is known`() {
        add("a")
        _ = deliver(.aborted(status: 410))
        #expect(queue.replay("a", at: now) && !queue.replay("b", at: now))
        #expect(deliver() == ["a"])
        #expect(queue.messages[0].state == .delivered)
    }

    @Test mutating func `the oldest messages are forgotten`() {
        queue.manner.holds = true
        for number in 0..<20_001 { add("\(number)") }
        #expect(queue.messages.count == 10_001 && queue.messages.last?.id == "20000")
    }

    @Test mutating func `without a receiver nothing is sent`() {
        add("a")
        queue.target = nil
        #expect(queue.next(at: now) == .rest)
    }
}
