/// A socket with what was read from it and not used yet, and what is to be written and not taken yet. Reading and
/// writing are single steps that never wait, so that a relay can look at both of its connections before it parks.
package final class Connection {
    package let socket: Socket
    package var input: Buffer
    /// Bytes to write, from `sent` on.
    package var output: [UInt8] = []
    private var sent = 0
    /// Everything that the socket has ever taken.
    package private(set) var bytesWritten: Int64 = 0
    private let pool: BufferPool

    package init(socket: Socket, pool: BufferPool) {
        self.socket = socket
        self.pool = pool
        input = Buffer(capacity: 0)
    }

    /// How many bytes wait to be written.
    package var pending: Int { output.count - sent + socket.backlog }

    /// Reads once. A full input buffer reads nothing: the bytes in it have to be used first.
    package func read() -> Socket.Transfer {
        // A connection on which nothing has arrived needs no buffer.
        guard socket.mayRead else { return .wouldBlock }
        if input.capacity == 0 { input.adopt(pool.take()) }
        input.makeRoom()
        return input.room == 0 ? .wouldBlock : socket.read(into: &input)
    }

    /// Writes once, what is pending.
    package func write() -> Socket.Transfer {
        guard sent < output.count else { return socket.backlog == 0 ? .bytes(0) : .wouldBlock }
        let result = socket.write(output, sent..<output.count)
        if case .bytes(let count) = result { didSend(count) }
        return result
    }

    private func didSend(_ count: Int) {
        sent += count
        bytesWritten += Int64(count)
        guard sent == output.count else { return }
        output.removeAll(keepingCapacity: true)
        sent = 0
    }

    /// Writes until nothing is pending.
    package func flush(on strand: Strand, until deadline: Deadline) async throws(ConnectionLoss) {
        while pending > 0 {
            switch write() {
            case .bytes: continue
            case .failed(let error): throw .failed(error)
            case .end: throw .ended
            case .wouldBlock:
                if await socket.waitToWrite(on: strand, until: deadline) == .timeout { throw .timedOut }
            }
        }
    }

    /// Reads at least one more byte.
    package func readMore(on strand: Strand, until deadline: Deadline) async throws(ConnectionLoss) {
        while true {
            switch read() {
            case .bytes: return
            case .end: throw .ended
            case .failed(let error): throw .failed(error)
            case .wouldBlock:
                switch await socket.waitToRead(on: strand, until: deadline) {
                case .ready: continue
                case .timeout: throw .timedOut
                case .draining: throw .draining
                }
            }
        }
    }

    /// As `readMore`, where the peer may take its time. While it does, what it has sent stands in memory of that size: thousands
    /// of clients that have begun and do not go on would hold a block each.
    package func awaitMore(on strand: Strand, until deadline: Deadline) async throws(ConnectionLoss) {
        if !socket.mayRead, input.capacity == pool.blockBytes, input.count <= pool.blockBytes / 2 {
            pool.give(input.setAside())
            let wake = await socket.waitToRead(on: strand, until: deadline)
            if !input.isEmpty { input.goOn(in: pool.take()) }
            if wake != .ready { throw wake == .timeout ? .timedOut : .draining }
        }
        try await readMore(on: strand, until: deadline)
    }

    /// Takes back what has not been written.
    package func discardPending() {
        output.removeAll(keepingCapacity: true)
        sent = 0
    }

    /// Gives the input buffer back, if it is empty; the next read takes another.
    package func releaseInput() {
        if input.isEmpty, input.capacity > 0 { pool.give(input.release()) }
    }

    /// Gives the memory of empty buffers back, for the time in which nothing is expected.
    package func releaseBuffers() {
        releaseInput()
        if pending == 0 {
            output = []
            sent = 0
        }
    }

    package func close() {
        socket.close()
        input.clear()
        if input.capacity > 0 { pool.give(input.release()) }
    }
}

/// Why a connection can no longer be read from or written to.
package enum ConnectionLoss: Error, Hashable, Sendable {
    /// The peer has sent all it will send.
    case ended
    case failed(SystemError)
    case timedOut
    /// The process is stopping and nothing had begun.
    case draining
}

/// The input buffers of one loop. An idle connection holds none.
package final class BufferPool {
    private var free: [[UInt8]] = []
    let blockBytes: Int
    private let blocksMax: Int

    /// - Parameters:
    ///   - blockBytes: the size of a buffer; it bounds what one read takes.
    ///   - blocksMax: how many unused buffers are kept.
    package init(blockBytes: Int, blocksMax: Int) { (self.blockBytes, self.blocksMax) = (blockBytes, blocksMax) }

    package func take() -> [UInt8] { free.popLast() ?? [UInt8](repeating: 0, count: blockBytes) }

    package func give(_ block: consuming [UInt8]) {
        if block.count == blockBytes, free.count < blocksMax { free.append(block) }
    }

    /// Frees the unused blocks.
    package func empty() { free = [] }
}
