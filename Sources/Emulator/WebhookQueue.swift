import Telemetry

/// The messages of one endpoint on their way to it: which delivery is next, and what its outcome means. One goes out at a time, so
/// that they arrive in the order that a test asked for.
///
///     add ──▶ held ── release ──▶ due ── next ──▶ under way ── finished ──▶ delivered
///      └───────────────────────▶  ▲                                │
///                                 └──── the schedule has a wait ───┴── it has none, or the receiver forbids ──▶ failed
struct WebhookQueue {
    /// How deliveries are made, until told otherwise.
    struct Manner {
        /// Each message waits so long before it is sent: it is late.
        var delayMilliseconds: Int64 = 0
        /// Each is sent so many times, under one id.
        var copies = 1
        /// Messages gather until they are released, in whatever order.
        var holds = false
        /// The waits between attempts: Svix's, from five seconds to ten hours.
        var retryMilliseconds: [Int64] = [5, 300, 1_800, 7_200, 18_000, 36_000, 36_000].map { $0 * 1_000 }
    }

    struct Delivery: Equatable {
        let id: String
        let attempt: Int
    }

    enum Step: Equatable {
        case send(Delivery)
        case wait(milliseconds: Int64)
        case rest
    }

    var target: WebhookTarget?
    var manner = Manner()
    private(set) var messages: [WebhookMessage] = []
    /// By time; equal times in the order in which they were added.
    private var due: [(time: UnixTime, delivery: Delivery)] = []
    private var isUnderWay = false
    /// The earliest wake-up that somebody has promised.
    private var wake: UnixTime?
    /// The oldest messages are forgotten; a test of a migration makes tens of thousands.
    private static let messagesMax = 10_000

    init(to target: WebhookTarget?) { self.target = target }

    mutating func add(_ event: WebhookEvent, id: String, at now: UnixTime) {
        messages.append(WebhookMessage(id: id, event: event))
        if messages.count > 2 * Self.messagesMax { messages.removeFirst(Self.messagesMax) }
        if manner.holds { messages[messages.count - 1].state = .held } else { book(id, at: now) }
    }

    /// Lets the held messages go, the first of `order` first.
    mutating func release(at now: UnixTime, _ order: ([String]) -> [String]) {
        let held = order(messages.filter { $0.state == .held }.map(\.id))
        for id in held { book(id, at: now) }
    }

    /// Sends a message again, whatever became of it. `false` when it is not known.
    mutating func replay(_ id: String, at now: UnixTime) -> Bool {
        guard messages.contains(where: { $0.id == id }) else { return false }
        book(id, at: now)
        return true
    }

    /// What to do now. Whoever is told to wait calls `woken` after that time, and asks again.
    mutating func next(at now: UnixTime) -> Step {
        guard target != nil, !isUnderWay, let first = due.first else { return .rest }
        if first.time <= now {
            due.removeFirst()
            isUnderWay = true
            return .send(first.delivery)
        }
        if let wake, wake <= first.time { return .rest }
        wake = first.time
        return .wait(milliseconds: first.time.milliseconds - now.milliseconds)
    }

    /// A promised wake-up came, perhaps a little early: the clock that it went by is another one.
    mutating func woken() { wake = nil }

    func message(_ id: String) -> WebhookMessage? { messages.last { $0.id == id } }

    mutating func finished(_ delivery: Delivery, _ outcome: WebhookMessage.Outcome, at now: UnixTime) {
        isUnderWay = false
        guard let index = messages.lastIndex(where: { $0.id == delivery.id }) else { return }
        messages[index].attempts.append(.init(time: now, outcome: outcome))
        let waits = manner.retryMilliseconds
        switch outcome {
        case .delivered: messages[index].state = .delivered
        case .failed where delivery.attempt < waits.count:
            insert(Delivery(id: delivery.id, attempt: delivery.attempt + 1), at: now.adding(milliseconds: waits[delivery.attempt]))
        case .failed, .aborted: messages[index].state = .failed
        }
    }

    private mutating func book(_ id: String, at now: UnixTime) {
        guard let index = messages.lastIndex(where: { $0.id == id }) else { return }
        messages[index].state = .due
        for _ in 0..<manner.copies { insert(Delivery(id: id, attempt: 0), at: now.adding(milliseconds: manner.delayMilliseconds)) }
    }

    private mutating func insert(_ delivery: Delivery, at time: UnixTime) {
        let index = due.lastIndex { $0.time <= time }.map { $0 + 1 } ?? 0
        due.insert((time, delivery), at: index)
    }
}
