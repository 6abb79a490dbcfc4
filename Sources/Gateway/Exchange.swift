import HTTP
import HTTP1
import HTTPServer
import Settings
import Sockets

/// One request and its response, between a client and an origin server: both directions at once, driven by one task.
///
/// ```
///  client ── request content ──▶ origin          forward(): until the response head is there
///  client ◀── response content ── origin         respond(): until the response is complete
/// ```
/// The origin may answer before it has read the request to its end. Its answer is passed on at once, the rest of the
/// request flows on for as long as the origin takes it, and neither connection is used again.
///
/// A client's connection has one, and begins it anew for each request.
final class Exchange {
    let client: ServerConnection
    let loop: Loop
    private var timeouts = Timeouts()
    private var bodyIdleSeconds = 0
    var upload = ContentRelay(.empty, as: .asDeclared, bytesMax: 0)
    var hasUploadFailed = false
    private(set) var origin: OriginConnection?
    private var wasHead = false
    var interimCount = 0
    private var presence = PresenceProbe(firstSeconds: 0)
    /// When the request was sent and when the response head had come, on the loop's clock; for the log.
    private(set) var askedAt: Int64 = 0
    var answeredAt: Int64 = 0

    init(client: ServerConnection, loop: Loop) { (self.client, self.loop) = (client, loop) }

    /// For the request whose head the client's connection has read.
    /// - Parameter isHeld: whether its content has been read already, and goes with the request.
    func begin(timeouts: Timeouts, limits: Limits, bodyBytesMax: Int64, isHeld: Bool) {
        // Each way out of an exchange has let go of the origin's connection; one that has not must not be answered on.
        abandon()
        (self.timeouts, bodyIdleSeconds) = (timeouts, limits.bodyIdleSeconds)
        (hasUploadFailed, wasHead, interimCount, askedAt, answeredAt) = (false, false, 0, 0, 0)
        presence = PresenceProbe(firstSeconds: limits.halfClosedSeconds)
        let framing = isHeld ? .empty : client.head.framing
        upload = ContentRelay(framing, as: framing == .chunked ? .chunked : .asDeclared, bytesMax: bodyBytesMax)
    }

    var bytesUploaded: Int64 { upload.bytesMoved }
    /// Whether the whole request has been read from the client: only then may its connection be used again.
    var isRequestComplete: Bool { upload.isComplete }

    // MARK: Request

    /// Sends the request and returns once the head of the final response is in `origin.head`. A safe request whose
    /// kept-alive connection turns out to be closed is sent once more, on a fresh connection, unless its content has
    /// begun to flow.
    func forward(_ request: OriginRequest, to pool: OriginPool) async throws(ForwardFailure) {
        if !upload.isComplete { try await awaitContent() }
        // Nearly always one is idle: then nothing is awaited here.
        let idle = pool.takeIdle(for: client.strand)
        var connection = if let idle { idle } else { try await checkOut(pool, fresh: false) }
        do throws(ForwardFailure) {
            return try await ask(connection, request)
        } catch {
            guard case .origin(.closedEarly) = error, connection.wasUsed, request.method.isSafe, upload.bytesMoved == 0 else {
                throw error
            }
        }
        connection = try await checkOut(pool, fresh: true)
        try await ask(connection, request)
    }

    /// A client that is slow to send holds up itself: only with the beginning of its content does it get a connection to the origin,
    /// of which there are few.
    private func awaitContent() async throws(ForwardFailure) {
        do throws(ConnectionLoss) {
            try await client.awaitContent(
                bytes: FixedLimits.gatheredBytes, idleSeconds: bodyIdleSeconds,
                until: loop.deadline(inSeconds: FixedLimits.heldContentSeconds))
        } catch {
            throw error == .timedOut ? .clientSlow : .clientGone
        }
    }

    private func checkOut(_ pool: OriginPool, fresh: Bool) async throws(ForwardFailure) -> OriginConnection {
        let connection = try await pool.checkOut(for: client, presence, fresh: fresh, within: timeouts.connectSeconds)
        guard !client.wire.socket.isBroken else {
            pool.checkIn(connection)
            throw .clientGone
        }
        return connection
    }

    private func ask(_ connection: OriginConnection, _ request: OriginRequest) async throws(ForwardFailure) {
        origin = connection
        (askedAt, wasHead) = (loop.now, request.method == .head)
        do throws(ForwardFailure) {
            connection.wire.output.append(contentsOf: request.head)
            if !request.content.isEmpty { connection.wire.output.append(contentsOf: request.content) }
            try await awaitHead(from: connection, of: request)
        } catch {
            origin = nil
            connection.pool.discard(connection)
            throw error
        }
    }

    private func awaitHead(from origin: OriginConnection, of request: OriginRequest) async throws(ForwardFailure) {
        var deadline = loop.deadline(inSeconds: bodyIdleSeconds)
        var awaitsOnlyAnswer = false
        while true {
            let progress = try moveRequest(to: origin)
            if try readHead(of: origin, answering: request) { return }
            if client.wire.socket.isBroken { throw .clientGone }
            switch progress {
            case .shareUsed:
                await Task.yield()
                continue
            case .finished where !awaitsOnlyAnswer:
                awaitsOnlyAnswer = true
                deadline = loop.deadline(inSeconds: timeouts.responseSeconds)
            case .finished: break
            case .blocked:
                client.wire.releaseInput()
                deadline = loop.deadline(inSeconds: bodyIdleSeconds)
            }
            let question = awaitsOnlyAnswer ? presence.due(for: client, on: loop) : .never
            guard await client.strand.park(until: min(deadline, question)) == .timeout else { continue }
            guard deadline <= question else {
                presence.ask(client)
                continue
            }
            throw awaitsOnlyAnswer ? .origin(.silent) : origin.wire.pending > 0 ? .origin(.stalled) : .clientSlow
        }
    }

    // MARK: Response

    /// Passes the content of the response on, behind the head that is in the client's output already.
    func respond(framing: ContentRelay.Framing) async throws(ContentRelay.Failure) -> Int64 {
        guard let origin else { preconditionFailure("there is no response to pass on") }
        var download = ContentRelay(origin.head.framing, as: framing, bytesMax: .max)
        while true {
            let progress = try download.move(from: origin.wire, to: client.wire)
            if case .finished = progress { break }
            // What a slow reader has still to take is here: the origin's connection is for others.
            if download.isComplete, upload.isComplete { finish() }
            let uploaded = moveRest(to: origin)
            if progress == .shareUsed || uploaded == .shareUsed {
                await Task.yield()
                continue
            }
            // While nothing is to be written, only this tells of a client that has reset its connection.
            if client.wire.socket.isBroken { throw .receiverLost(.ended) }
            client.wire.releaseInput()
            let deadline = loop.deadline(inSeconds: bodyIdleSeconds)
            if await client.strand.park(until: deadline) == .timeout {
                if client.wire.pending > 0 { throw .receiverLost(.timedOut) }
                throw .senderLost(.timedOut)
            }
        }
        finish()
        return download.bytesMoved
    }

    /// Puts the origin's connection back, when both messages on it are complete and nothing follows them.
    private func finish() {
        guard let connection = origin else { return }
        origin = nil
        // A server that answers HEAD with content would leave it to the next client.
        connection.endedWithContent = connection.head.framing != .empty
        if connection.head.keepsAlive, upload.isComplete, !wasHead {
            connection.pool.checkIn(connection)
        } else {
            connection.pool.discard(connection)
        }
    }

    /// Takes the origin's connection out of the exchange: a tunnel goes on with it.
    func takeOrigin() -> OriginConnection? {
        defer { origin = nil }
        return origin
    }

    /// Gives everything up; the origin's connection is in an unknown state.
    func abandon() {
        if let connection = origin { connection.pool.discard(connection) }
        origin = nil
    }
}
