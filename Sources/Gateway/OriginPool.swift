import HTTP1
import HTTPServer
import Settings
import Snapshot
import Sockets

/// One worker's connections to one origin. The last one put back is the first one taken, so that a quiet hour lets the
/// rest expire. An idle connection that the origin closes, or on which it says something unasked, is dropped at once:
/// bytes that come before a request must never be the answer to it.
final class OriginPool {
    let origin: Origin
    let loop: Loop
    private let buffers: BufferPool
    private let servers: Snapshotting
    private(set) var idle: [OriginConnection] = []
    private(set) var open = 0
    private var nextServer = 0
    /// Conversations that wait for a connection to come free.
    var waiting = WaitingLine<Strand>()
    /// Places that came free for conversations that have waited, and have not run since. Who comes meanwhile waits too.
    var promised = 0
    private var isRetired = false
    /// What the origin may send as the head of a response.
    let headLimits: HeadLimits

    /// The addresses of the origin's servers, as the resolver last saw them.
    typealias Snapshotting = Published<[Address]>

    init(origin: Origin, servers: Published<[Address]>, loop: Loop, buffers: BufferPool) {
        (self.origin, self.servers, self.loop, self.buffers) = (origin, servers, loop, buffers)
        headLimits = HeadLimits(
            statusLineBytes: FixedLimits.statusLineBytes, headerBytes: origin.headerBytes, headerCount: origin.headerCount)
    }

    /// A connection that is ready for a request: an idle one, or a new one.
    /// - Parameters:
    ///   - presence: asks a client that may have gone while it waits.
    ///   - seconds: how long the request may wait for it; a route may say otherwise than its origin.
    func checkOut(
        for client: ServerConnection, _ presence: PresenceProbe, fresh: Bool = false, within seconds: Int
    ) async throws(ForwardFailure) -> OriginConnection {
        let deadline = loop.deadline(inSeconds: seconds)
        if !hasPlace { try await waitForPlace(for: client, presence, until: deadline) }
        if !fresh, let connection = takeLatest(for: client.strand) { return connection }
        // A connection that rests, or that may not be used for this request, makes room for a new one.
        if open >= origin.connections, let resting = idle.popLast() { close(resting) }
        do throws(OriginFailure) { return try await connect(on: client.strand, until: deadline) } catch { throw .origin(error) }
    }

    /// The fast way: an idle connection, if there is one that nobody waits for.
    func takeIdle(for strand: Strand) -> OriginConnection? { hasPlace ? takeLatest(for: strand) : nil }

    private func takeLatest(for strand: Strand) -> OriginConnection? {
        while let index = latestRested ?? latestOfThisTurn {
            let connection = idle.remove(at: index)
            // One that was put back in this very turn has had no chance to tell of bytes that nobody asked for: the kernel
            // is asked instead. Any other would have been dropped by its event.
            let isTold = connection.idleTurn != loop.turnCount && connection.endedWithContent
            if !isTold, !connection.wire.socket.isQuiet() {
                close(connection)
                continue
            }
            connection.wire.socket.strand = strand
            return connection
        }
        return nil
    }

    private var latestRested: Int? {
        idle.lastIndex { connection in
            connection.idleTurn != loop.turnCount
                && (connection.endedWithContent || loop.now - connection.idleSince >= FixedLimits.restMilliseconds)
        }
    }

    private var latestOfThisTurn: Int? { idle.lastIndex { $0.idleTurn == loop.turnCount && $0.endedWithContent } }

    /// Tries each server once, starting behind the one that was used last.
    private func connect(on strand: Strand, until deadline: Deadline) async throws(OriginFailure) -> OriginConnection {
        let addresses = servers.read().value
        guard !addresses.isEmpty else {
            // The place that this one had may be another's, who will learn as soon that there is no address.
            promisePlace()
            throw .unresolved
        }
        open += 1
        var failure: SystemError?
        for _ in addresses.indices {
            nextServer = (nextServer + 1) % addresses.count
            do throws(Socket.ConnectFailure) {
                let socket = try await Socket.connect(to: addresses[nextServer], on: strand, loop: loop, until: deadline)
                let connection = OriginConnection(wire: Connection(socket: socket, pool: buffers), pool: self)
                // Set once: it is called while the socket has no strand, which is while the connection is idle.
                socket.onEvent = { [unowned self, unowned connection] in dropIfTouched(connection) }
                return connection
            } catch {
                if case .refused(let error) = error { failure = error }
            }
        }
        open -= 1
        promisePlace()
        if let failure, failure.isExhaustion { throw .exhausted(failure) }
        throw .unreachable(failure)
    }

    /// Puts a connection back on which a whole response was read and nothing is left over.
    func checkIn(_ connection: OriginConnection) {
        guard !isRetired, !connection.wire.socket.hasEnded, connection.wire.input.isEmpty, connection.wire.pending == 0 else {
            return discard(connection)
        }
        connection.wasUsed = true
        (connection.idleSince, connection.idleTurn) = (loop.now, loop.turnCount)
        connection.wire.socket.strand = nil
        idle.append(connection)
        promisePlace()
    }

    /// A tunnel takes no place of requests: `limits.tunnels` counts it, and it closes the connection itself.
    func release(_ connection: OriginConnection) {
        connection.wire.socket.onEvent = nil
        open -= 1
        promisePlace()
    }

    /// Ends a connection that was in use.
    func discard(_ connection: OriginConnection) {
        close(connection)
        promisePlace()
    }

    /// Ends a connection. One that was idle leaves as many places as there were.
    private func close(_ connection: OriginConnection) {
        connection.wire.socket.strand = nil
        connection.wire.socket.onEvent = nil
        connection.wire.close()
        open -= 1
    }

    /// An event on an idle connection is its end, or bytes that belong to no request; room to write is neither.
    private func dropIfTouched(_ connection: OriginConnection) {
        guard connection.wire.socket.mayRead || connection.wire.socket.hasEnded else { return }
        idle.removeAll { $0 === connection }
        close(connection)
    }

    /// Closes what has been idle too long and takes the buffers of what was not used just now; the worker calls it every
    /// second.
    func expire() {
        let oldest = loop.now - Int64(origin.timeouts.idleSeconds) * 1000
        while let first = idle.first, first.idleSince < oldest {
            idle.removeFirst()
            close(first)
        }
        for connection in idle where connection.idleSince < loop.now - 1000 { connection.wire.releaseBuffers() }
    }

    /// The settings changed, or the worker stops: closes what is idle now, and the rest when it is put back.
    func retire() {
        isRetired = true
        for connection in idle { close(connection) }
        idle = []
    }
}
