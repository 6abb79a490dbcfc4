import Sockets

/// One end of a connection in a journey's script: the client's, or the origin's.
final class Peer {
    private let wire: Connection
    private let strand: Strand
    /// What has come and was not expected yet.
    private(set) var received: [UInt8] = []
    private(set) var end: End?

    enum End { case finished, reset }

    init(_ socket: Socket, strand: Strand, buffers: BufferPool) {
        wire = Connection(socket: socket, pool: buffers)
        self.strand = strand
        socket.strand = strand
    }

    /// Sends what the other side takes. That it has gone shows in `end`.
    func send(_ bytes: some Collection<UInt8>) async throws(ConnectionLoss) {
        wire.output += bytes
        do throws(ConnectionLoss) {
            try await wire.flush(on: strand, until: wire.socket.loop.deadline(inSeconds: 5))
        } catch {
            if error == .timedOut { throw error }
            wire.discardPending()
        }
    }

    /// Takes in what has arrived.
    func look() {
        while end == nil {
            switch wire.read() {
            case .bytes:
                wire.input.withFilled { input in for index in input.indices { received.append(input[index]) } }
                wire.input.clear()
            case .wouldBlock: return
            case .end: end = .finished
            case .failed: end = .reset
            }
        }
    }

    func take(_ count: Int) { received.removeFirst(count) }
    func finish() { wire.socket.finishWriting() }
    func close() { wire.close() }

    func reset() {
        wire.socket.resetOnClose()
        wire.close()
        end = .reset
    }
}
