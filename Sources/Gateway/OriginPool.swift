import Settings
import Snapshot
import Sockets

/// One worker's connections to one origin. The last one put back is the first one taken, so that a quiet hour lets the
/// rest expire. An idle connection that the origin closes, or on which it says something unasked, is dropped at once:
/// bytes that come before a request must never be the answer to it.
final class OriginPool {
    let origin: Origin
    private let loop: Loop
    private let buffers: BufferPool
    private let servers: Snapshotting
    private var idle: [OriginConnection] = []
    private var open = 0
    private var nextServer = 0
    /// Conversations that wait for a connection to come free, first come, first served.
    private var waiting: [Strand] = []
    private var isRetired = false

    /// The addresses of the origin's servers, as the resolver last saw them.
    typealias Snapshotting = Published<[Address]>

    init(origin: Origin, servers: Published<[Address]>, loop: Loop, buffers: BufferPool) {
        (self.origin, self.servers, self.loop, self.buffers) = (origin, servers, loop, buffers)
    }

    /// A connection that is ready for a request: an idle one, or a new one.
    func checkOut(on strand: Strand, fresh: Bool = false) async throws(OriginFailure) -> OriginConnection {
        if !fresh, let connection = takeIdle(for: strand) { return connection }
        let deadline = loop.deadline(inSeconds: origin.timeouts.connectSeconds)
        while open >= origin.connections {
            // A connection that rests, or that may not be used for this request, makes room for a new one.
            if let resting = idle.popLast() {
                discard(resting)
                continue
            }
            guard waiting.count < OriginPool.waitingMax else { throw .busy }
            waiting.append(strand)
            let wake = await strand.park(until: deadline)
            waiting.removeAll { $0 === strand }
            if !fresh, let connection = takeIdle(for: strand) { return connection }
            // Room may have come with the last moment: then it is taken, because nobody else was told of it.
            if wake == .timeout, open >= origin.connections { throw .busy }
        }
        return try await connect(on: strand, until: deadline)
    }

    /// How many conversations of one worker may wait for one origin's connections.
    private static let waitingMax = 1024

    func takeIdle(for strand: Strand) -> OriginConnection? {
        while let index = latestRested ?? latestOfThisTurn {
            let connection = idle.remove(at: index)
            // One that was put back in this very turn has had no chance to tell of bytes that nobody asked for: the kernel
            // is asked instead. Any other would have been dropped by its event.
            let isTold = connection.idleTurn != loop.turnCount && connection.endedWithContent
            if !isTold, !connection.wire.socket.isQuiet() {
                discard(connection)
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
                && (connection.endedWithContent || loop.now - connection.idleSince >= OriginPool.restMilliseconds)
        }
    }

    private var latestOfThisTurn: Int? { idle.lastIndex { $0.idleTurn == loop.turnCount && $0.endedWithContent } }

    /// How long a connection rests after a response without content.
    private static let restMilliseconds: Int64 = 50

    /// Tries each server once, starting behind the one that was used last.
    private func connect(on strand: Strand, until deadline: Deadline) async throws(OriginFailure) -> OriginConnection {
        let addresses = servers.read().value
        guard !addresses.isEmpty else { throw .unresolved }
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
        closed()
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
        wakeNext()
    }

    func discard(_ connection: OriginConnection) {
        connection.wire.socket.strand = nil
        connection.wire.socket.onEvent = nil
        connection.wire.close()
        closed()
    }

    private func closed() {
        open -= 1
        wakeNext()
    }

    private func wakeNext() {
        // Each that is told leaves the queue: two places must not both be offered to the first.
        if !waiting.isEmpty { waiting.removeFirst().wake() }
    }

    /// An event on an idle connection is its end, or bytes that belong to no request; room to write is neither.
    private func dropIfTouched(_ connection: OriginConnection) {
        guard connection.wire.socket.mayRead || connection.wire.socket.hasEnded else { return }
        idle.removeAll { $0 === connection }
        discard(connection)
    }

    /// Closes what has been idle too long and takes the buffers of what was not used just now; the worker calls it every
    /// second.
    func expire() {
        let oldest = loop.now - Int64(origin.timeouts.idleSeconds) * 1000
        while let first = idle.first, first.idleSince < oldest {
            idle.removeFirst()
            discard(first)
        }
        for connection in idle where connection.idleSince < loop.now - 1000 { connection.wire.releaseBuffers() }
    }

    /// The settings changed, or the worker stops: closes what is idle now, and the rest when it is put back.
    func retire() {
        isRetired = true
        for connection in idle { discard(connection) }
        idle = []
    }
}
