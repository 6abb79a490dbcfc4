package import Identity
package import Authentication
import Crypto
import HTTP1
import HTTPServer
package import Logging
import Settings
package import Snapshot
package import Sockets
import Telemetry

/// One core's share of the gateway: a loop, the listening sockets and connections on it, and everything that its
/// requests need. Workers share nothing that is written to; they follow the published plan and key set.
package final class Worker: @unchecked Sendable {
    package let loop: Loop
    private var plan: Snapshot<Plan>
    private(set) var generation: Generation
    let tokens: TokenCache
    private(set) var revocations: Snapshot<RevocationSet>
    let buffers = BufferPool(blockBytes: FixedLimits.bufferBytes, blocksMax: FixedLimits.buffers)
    private var listeners: [ListeningSocket] = []
    var counters: Counters
    var identifiers = RequestIdentifiers()
    var accessLog: AccessLog
    /// How often people ask for pages of ours: of the whole process, whatever its settings.
    let attempts: Guarded<AttemptLimiters>
    private let share: Int
    private var isDraining = false
    private var dateSecond: Int64 = -1
    /// Between the wall clock and the steady one, at the last wake-up.
    private var clockOffset: Int64
    private var date = ""
    private var crowd = GoneCrowd()
    /// Of the tunnels that are open, those that a Clerk session has opened.
    var tunnelSessions: [ObjectIdentifier: TunnelSession] = [:]
    /// Called when a crowd of connections has gone, and has left memory that nobody uses. Set before the loop runs.
    package var crowdHasGone: (() -> Void)?

    /// - Parameter share: how many workers divide the process's connections between them.
    package init(
        name: String, plan: Published<Plan>, revocations: Published<RevocationSet>, attempts: Guarded<AttemptLimiters>,
        log: LogThread, share: Int, seed: UInt64
    ) throws {
        loop = try Loop(name: name)
        tokens = TokenCache(seed: seed)
        self.revocations = Snapshot(revocations)
        tokens.revoked = self.revocations.value
        self.plan = Snapshot(plan)
        generation = try Generation(
            self.plan.value, version: self.plan.version, after: nil, tokens: tokens, loop: loop, buffers: buffers)
        counters = Counters(routeCount: self.plan.value.settings.routes.count)
        accessLog = AccessLog(thread: log)
        (self.share, self.attempts) = (share, attempts)
        clockOffset = loop.wallMilliseconds - loop.now
        loop.onWake = { [unowned self] in
            noticeSetClock()
            if self.revocations.refresh() { adoptRevocations() }
            adoptPlan()
        }
    }

    /// Opens this worker's listening sockets. Call it before the loop runs.
    package func listen(on addresses: [Address]) throws(SystemError) {
        for address in addresses {
            listeners.append(
                try ListeningSocket(
                    on: address, isShared: true, loop: loop, accepted: { [unowned self] in accepted($0) },
                    refused: { [unowned self] _ in counters.connectionsRefused += 1 }))
        }
    }

    package var addresses: [Address] { listeners.map(\.address) }

    package func start() {
        let worker = self
        loop.spawn { await worker.keepHouse() }
        loop.start()
    }

    private func accepted(_ socket: Socket) {
        guard counters.connectionsOpen < connectionsMax else {
            counters.connectionsRefused += 1
            _ = socket.write(Worker.full, 0..<Worker.full.count)
            return socket.close()
        }
        counters.connectionsAccepted += 1
        counters.connectionsOpen += 1
        let conversation = Conversation(socket: socket, worker: self)
        loop.spawn { await conversation.run() }
    }

    /// For a connection beyond `limits.connections`: it costs no task and no buffer.
    private static let full: [UInt8] = {
        let content = #"{"detail": "Too many connections; try again", "code": "overloaded"}"#
        let head = [
            "HTTP/1.1 503 Service Unavailable", "Content-Type: application/json", "Content-Length: \(content.utf8.count)",
            "Cache-Control: no-store", "Retry-After: 1", "Connection: close",
        ]
        return Array((head + ["", content]).joined(separator: "\r\n").utf8)
    }()

    func ended(_ conversation: Conversation) { counters.connectionsOpen -= 1 }

    private var connectionsMax: Int { max(1, generation.plan.limits.connections / share) }

    var tunnelsMax: Int { max(1, generation.plan.limits.tunnels / share) }

    var acceptsRequests: Bool { !isDraining }

    /// Once per wake-up: a plain load unless a new plan was published.
    private func adoptPlan() {
        guard plan.refresh() else { return }
        // Whoever publishes a plan has built an authenticator from it before; a failure here keeps the plan in force.
        let old = generation
        guard
            let next = try? Generation(
                plan.value, version: plan.version, after: old, tokens: tokens, loop: loop, buffers: buffers)
        else { return }
        generation = next
        counters.adoptRoutes(from: old.plan.settings, to: next.plan.settings)
        old.retire()
    }

    /// Answers are remembered until a moment of the wall clock, by which tokens and sessions end. Set back by an hour, it would
    /// keep a session for an hour that was ended meanwhile.
    private func noticeSetClock() {
        let offset = loop.wallMilliseconds - loop.now
        if abs(offset - clockOffset) > FixedLimits.clockStepMilliseconds {
            counters.clockSteps += 1
            tokens.removeAll()
            generation.forget()
        }
        clockOffset = offset
    }

    /// What is done once a second: idle connections expire, the log of a quiet worker is handed over, and a crowd's memory returned.
    private func keepHouse() async {
        while true {
            await sleep(milliseconds: 1000)
            for pool in generation.pools { pool.expire() }
            accessLog.flush()
            if crowd.hasGone(leaving: counters.connectionsOpen) {
                buffers.empty()
                crowdHasGone?()
            }
        }
    }

    /// Stops taking connections and ends those that are between two requests; the rest end with their request.
    package func drain() {
        loop.post { [self] in
            isDraining = true
            for listener in listeners { listener.close() }
            listeners = []
            loop.wakeIdleStrands()
        }
    }

    /// A copy of the counters, asked for from another loop.
    package func snapshot() async -> Counters? {
        await ask(timeoutMilliseconds: 1000) { reply in
            loop.post { [self] in
                (counters.tokenHits, counters.tokenMisses) = (tokens.hits, tokens.misses)
                reply(counters)
            }
        }
    }

    /// Hands over the access lines that have been collected.
    package func flushLog() async {
        _ = await ask(timeoutMilliseconds: 1000) { (reply: ReplyPort<Bool>) in
            loop.post { [self] in
                accessLog.flush()
                reply(true)
            }
        }
    }

    /// Drops what is remembered of somebody whose row or link has changed.
    package func forget(_ body: @escaping @Sendable (CallerCache) -> Void) {
        loop.post { [self] in
            if let cache = generation.callers?.cache { body(cache) }
        }
    }

    /// The date for responses of our own, formatted once a second.
    func httpDate() -> String {
        let second = loop.wallMilliseconds / 1000
        if second != dateSecond {
            dateSecond = second
            date = CalendarTime(UnixTime(seconds: second)).httpDate
        }
        return date
    }
}
