import GatewayTesting
import Sockets
import Telemetry

/// Plays a journey: client and origin are scripted, the gateway between them is the real one. All three run on one loop, so
/// that a step is over when nothing is left to do, and not when a clock says so.
final class JourneyRun: @unchecked Sendable {
    private let journey: Journey
    /// Client and origin send in pieces of this size; `nil`: each step at once.
    private let pieceBytes: Int?
    private let gateway: TestGateway
    private let strand: Strand
    private let buffers = BufferPool(blockBytes: 16_384, blocksMax: 16)
    private let placeholders: Placeholders
    private var clients: [Int: Peer] = [:]
    private var origins: [Peer] = []
    private var current = 0
    private var originAddress: Address?

    struct Failure: Error, CustomStringConvertible {
        let description: String
        init(_ description: String) { self.description = description }
    }

    /// - Returns: what went wrong; `nil` when everything came as the journey says.
    static func play(_ journey: Journey, pieceBytes: Int? = nil, on gateway: TestGateway) async -> String? {
        await withCheckedContinuation { (done: CheckedContinuation<String?, Never>) in
            gateway.loop.spawn {
                let run = JourneyRun(journey, pieceBytes, gateway)
                done.resume(returning: await run.play())
            }
        }
    }

    private init(_ journey: Journey, _ pieceBytes: Int?, _ gateway: TestGateway) {
        (self.journey, self.pieceBytes, self.gateway) = (journey, pieceBytes, gateway)
        strand = Strand(on: gateway.loop)
        placeholders = Placeholders(at: UnixTime(milliseconds: gateway.loop.wallMilliseconds))
    }

    private func play() async -> String? {
        do {
            let listener = try ListeningSocket(
                on: Address("127.0.0.1:0")!, loop: gateway.loop, accepted: { [unowned self] in accept($0) }, refused: { _ in })
            defer {
                listener.close()
                for peer in Array(clients.values) + origins { peer.close() }
                strand.retire()
            }
            originAddress = listener.address
            try await adopt(journey.settings)
            if journey.steps.contains(where: { $0.action == .says }) { _ = await gateway.takeLog() }
            for step in journey.steps { try await perform(step) }
            try await finish()
            return nil
        } catch {
            return pieceBytes.map { "in pieces of \($0) bytes: \(error)" } ?? "\(error)"
        }
    }

    private func accept(_ socket: Socket) {
        origins.append(Peer(socket, strand: strand, buffers: buffers))
        strand.wake()
    }

    private func perform(_ step: Journey.Step) async throws {
        do {
            switch step.action {
            case .sends: try await send(step)
            case .gets: try await get(step)
            case .getsEnd: try await getEnd([.finished], step)
            case .getsReset: try await getEnd([.reset], step)
            case .isCutOff: try await getEnd([.finished, .reset], step)
            case .finishes: try await peer(step.actor).finish()
            case .resets: try await peer(step.actor).reset()
            case .says: try await checkLog(step)
            case .adopts: try await adopt(step.lines.joined(separator: "\n"))
            case .loses: for session in step.lines { gateway.store.remove(session: session) }
            }
        } catch {
            throw Failure("\(journey.file):\(step.line): \(error)")
        }
    }

    // MARK: Steps

    private func adopt(_ settings: String) async throws {
        try gateway.adopt(settings: settings, away: journey.away, origin: originAddress)
        await settle()
    }

    private func send(_ step: Journey.Step) async throws {
        let bytes = try placeholders.bytes(step.lines)
        let peer = try await peer(step.actor)
        let size = pieceBytes ?? bytes.count
        for start in stride(from: 0, to: bytes.count, by: max(1, size)) {
            try await peer.send(bytes[start..<min(start + size, bytes.count)])
            await settle()
        }
    }

    private func get(_ step: Journey.Step) async throws {
        let pattern = try placeholders.pattern(step.lines, at: step.actor)
        var peer = try await hearing(step.actor)
        try await wait(for: "these bytes:\n" + step.lines.joined(separator: "\n"), of: { peer }) {
            // The request may come again on another connection.
            if let other = self.speaking(step.actor) { peer = other }
            switch pattern.match(peer.received) {
            case .matched(let count):
                peer.take(count)
                return true
            case .needMore where peer.end == nil: return false
            case .needMore, .mismatch:
                throw Failure("these bytes were to come:\n\(step.lines.joined(separator: "\n"))\n\(told(peer))")
            }
        }
    }

    private func getEnd(_ ends: Set<Peer.End>, _ step: Journey.Step) async throws {
        let peer = try await peer(step.actor)
        try await wait(for: "the end", of: { peer }) { peer.end != nil }
        guard let end = peer.end, ends.contains(end), peer.received.isEmpty else {
            throw Failure("the connection was to end otherwise; \(told(peer))")
        }
    }

    private func checkLog(_ step: Journey.Step) async throws {
        let log = await gateway.takeLog()
        for line in step.lines where !log.contains(line) { throw Failure("the log does not say \(line):\n\(log)") }
    }

    /// Nothing may come that no step expected.
    private func finish() async throws {
        for client in clients.values where client.end == nil { client.finish() }
        await settle()
        for origin in origins where origin.end == nil { origin.finish() }
        for (number, client) in clients {
            try await wait(for: "the end", of: { client }) { client.end != nil }
            guard client.received.isEmpty else { throw Failure("client \(number) got more; \(told(client))") }
        }
        for (index, origin) in origins.enumerated() {
            origin.look()
            guard origin.received.isEmpty else { throw Failure("origin \(index + 1) got more; \(told(origin))") }
        }
    }

    // MARK: Peers

    private func peer(_ actor: Journey.Actor) async throws -> Peer {
        switch actor {
        case .client(let number):
            if let client = clients[number] { return client }
            let deadline = gateway.loop.deadline(inSeconds: 5)
            let socket = try await Socket.connect(to: gateway.address, on: strand, loop: gateway.loop, until: deadline)
            let client = Peer(socket, strand: strand, buffers: buffers)
            clients[number] = client
            return client
        case .origin(let number):
            try await wait(for: "a connection", of: { nil }) { self.origins.count >= number ?? 1 }
            return origins[number.map { $0 - 1 } ?? current]
        case .log, .gateway, .database: throw Failure("these are no peers")
        }
    }

    /// Whom the next bytes come to: the client, or the connection of the origin on which something arrives.
    private func hearing(_ actor: Journey.Actor) async throws -> Peer {
        guard actor == .origin(nil) else { return try await peer(actor) }
        try await wait(for: "a request", of: { nil }) { self.speaking(actor) != nil }
        return origins[current]
    }

    private func speaking(_ actor: Journey.Actor) -> Peer? {
        guard actor == .origin(nil) else { return nil }
        for origin in origins { origin.look() }
        guard let index = origins.lastIndex(where: { !$0.received.isEmpty }) else { return nil }
        current = index
        return origins[index]
    }

    private func wait(for what: String, of peer: () -> Peer?, until isTrue: () throws -> Bool) async throws {
        let deadline = gateway.loop.deadline(inSeconds: 5)
        while true {
            peer()?.look()
            if try isTrue() { return }
            if await strand.park(until: deadline) == .timeout { throw Failure("waited in vain for \(what)\n\(told(peer()))") }
        }
    }

    /// Lets the gateway do what it can: what one turn of the loop wakes runs in that turn.
    private func settle() async { for _ in 0..<4 { await Task.yield() } }

    private func told(_ peer: Peer?) -> String {
        guard let peer else { return "" }
        let text = String(decoding: peer.received, as: UTF8.self).split(separator: "\r\n", omittingEmptySubsequences: false)
        return "it got\n" + text.joined(separator: "\n") + (peer.end.map { "\n(\($0))" } ?? "")
    }
}
