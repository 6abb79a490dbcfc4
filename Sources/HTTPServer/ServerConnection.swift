package import HTTP
package import HTTP1
package import Sockets

/// One client's connection: reads request heads from it, one after the other, in the order in which they came. What
/// stands between two heads, the content of the first, is read by whoever serves the request.
package final class ServerConnection {
    package let wire: Connection
    package let strand: Strand
    /// The request that is being served; the next one replaces it.
    package let head = RequestHead()
    private var parser = RequestParser()
    private let limits: HeadLimits
    private let patience: Patience

    /// How long a client may take.
    package struct Patience: Sendable {
        /// Between two requests.
        package var idleSeconds: Int
        /// From the first byte of a request to the end of its header section.
        package var headerSeconds: Int

        package init(idleSeconds: Int, headerSeconds: Int) { (self.idleSeconds, self.headerSeconds) = (idleSeconds, headerSeconds) }
    }

    /// Why there is no further request.
    package enum End: Error {
        /// The client has closed, or has been idle too long, or we are stopping: nothing is owed to it.
        case quiet
        /// The header section did not arrive in time.
        case slow
        case malformed(RequestError)
    }

    package init(socket: Socket, loop: Loop, buffers: BufferPool, limits: HeadLimits, patience: Patience) {
        wire = Connection(socket: socket, pool: buffers)
        strand = Strand(on: loop)
        socket.strand = strand
        self.limits = limits
        self.patience = patience
    }

    /// Waits for the next request and parses its head into `head`.
    package func nextHead() async throws(End) {
        let loop = wire.socket.loop
        if wire.input.isEmpty { try await waitForFirstByte(loop) }
        let deadline = loop.deadline(inSeconds: patience.headerSeconds)
        while true {
            if try parse() { return }
            if wire.input.isFull { wire.input.grow(to: limits.startLineBytes + limits.sectionBytes + 4) }
            do throws(ConnectionLoss) {
                try await wire.awaitMore(on: strand, until: deadline)
            } catch {
                // A client that closes in the middle of a head gets no answer: there is no request yet.
                head.clear()
                throw error == .timedOut ? .slow : .quiet
            }
        }
    }

    private func parse() throws(End) -> Bool {
        do throws(RequestError) {
            let step = try wire.input.withFilled { (input) throws(RequestError) in
                try parser.parse(input, into: head, limits: limits)
            }
            guard case .head(let length) = step else { return false }
            wire.input.consume(length)
            return true
        } catch {
            head.clear()
            throw .malformed(error)
        }
    }

    /// Waits for the next request to begin, but not for long; `false`: none did, and the connection has given its memory back.
    ///
    /// Between two requests a connection may be closed at any moment. It holds no input buffer then, so that there are as many as
    /// there are requests under way.
    package func requestBegins() async throws(End) -> Bool {
        guard wire.input.isEmpty else { return true }
        wire.releaseInput()
        strand.isIdle = true
        defer { strand.isIdle = false }
        do throws(ConnectionLoss) {
            try await wire.readMore(on: strand, until: wire.socket.loop.deadline(in: Limits.quietMilliseconds))
            return true
        } catch {
            guard error == .timedOut else { throw .quiet }
        }
        wire.releaseBuffers()
        head.section.release()
        return false
    }

    /// Waits as long as the client may, without a task: `woken` is called when a request may have begun, or when the connection is
    /// to end.
    package func rest(_ woken: @escaping (Wake) -> Void) {
        strand.isIdle = true
        strand.rest(until: wire.socket.loop.deadline(inSeconds: patience.idleSeconds)) { [strand] wake in
            strand.isIdle = false
            woken(wake)
        }
    }

    private func waitForFirstByte(_ loop: Loop) async throws(End) {
        guard try await !requestBegins() else { return }
        strand.isIdle = true
        defer { strand.isIdle = false }
        do throws(ConnectionLoss) {
            try await wire.readMore(on: strand, until: loop.deadline(inSeconds: patience.idleSeconds))
        } catch {
            throw .quiet
        }
    }

    /// Ends the connection. A client that is still sending would have its last response destroyed by a reset, so our
    /// side is finished first and what comes is read and thrown away, for a while (RFC 9112 §9.6).
    package func close(lingering: Bool) async {
        await wire.socket.settle(on: strand, until: wire.socket.loop.deadline(inSeconds: patience.idleSeconds))
        if lingering {
            wire.socket.finishWriting()
            await discardInput()
        }
        wire.close()
        strand.retire()
    }

    private func discardInput() async {
        let deadline = wire.socket.loop.deadline(in: Limits.lingerMilliseconds)
        var left = Limits.lingerBytes
        while left > 0 {
            left -= wire.input.count
            wire.input.clear()
            do { try await wire.awaitMore(on: strand, until: deadline) } catch { return }
        }
    }
}
