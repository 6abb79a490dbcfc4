import CLinux
import Glibc

/// A connected TCP socket that never blocks. epoll reports each change of its state once; the socket remembers what it
/// was told, so that a read is tried only when there may be something and a turn of the loop costs no `epoll_ctl`.
package final class Socket: EventSource {
    /// Who is woken when something changes; `nil` while nobody converses (an idle connection in a pool, or one that has
    /// given its task back).
    package var strand: Strand?
    /// Called instead of waking a strand while there is none.
    package var onEvent: (() -> Void)?
    package private(set) var mayRead = false
    package private(set) var mayWrite = true
    /// The peer has closed its side, or the connection has failed.
    package private(set) var hasEnded = false
    /// Both directions are gone: nothing that is written will arrive.
    package private(set) var isBroken = false
    package let peer: Address?
    /// What was taken to be written and the kernel had no room for.
    private var unsent: [UInt8] = []
    /// Whether the loop's outbox holds something of ours.
    private var isCollected = false
    /// Why nothing more can be written, where that was learned after `write` had returned.
    private var failure: SystemError?

    init(descriptor: Int32, peer: Address?, loop: Loop) throws(SystemError) {
        self.peer = peer
        do {
            try super.init(
                descriptor: descriptor, events: Events.readable | Events.writable | Events.peerEnded | Events.edgeTriggered,
                loop: loop)
        } catch {
            Glibc.close(descriptor)
            throw error
        }
    }

    override func eventsArrived(_ events: UInt32) {
        if events & (Events.readable | Events.peerEnded | Events.failed | Events.hungUp) != 0 { mayRead = true }
        if events & (Events.writable | Events.failed | Events.hungUp) != 0 {
            mayWrite = true
            if !unsent.isEmpty { deliverRest() }
        }
        if events & (Events.peerEnded | Events.failed | Events.hungUp) != 0 { hasEnded = true }
        if events & (Events.failed | Events.hungUp) != 0 { isBroken = true }
        if let strand { strand.wake() } else { onEvent?() }
    }

    package enum Transfer: Hashable, Sendable {
        case bytes(Int)
        /// Nothing now; park.
        case wouldBlock
        /// The peer has sent all it will send; reads only.
        case end
        case failed(SystemError)
    }

    /// Reads once, up to `limit` bytes, behind what the buffer holds; the buffer must have room.
    package func read(into buffer: inout Buffer, upTo limit: Int = .max) -> Transfer {
        guard mayRead else { return .wouldBlock }
        precondition(buffer.room > 0, "a read needs room")
        var asked = 0
        while true {
            let count = unsafe buffer.append(upTo: limit) { pointer, room in
                asked = room
                return unsafe recv(descriptor, pointer, room, 0)
            }
            if count > 0 {
                // A short read has emptied the socket: no second call is needed to learn that. Once the peer has ended,
                // no further event will come, so the flag must stay until the end has been read.
                if count < asked, !hasEnded { mayRead = false }
                return .bytes(count)
            }
            if count == 0 { return endOrReset }
            switch errno {
            case EINTR: continue
            case EAGAIN:
                mayRead = false
                return .wouldBlock
            default: return .failed(SystemError("recv"))
            }
        }
    }

    /// The kernel tells of a reset once. If a `send` was told, a read finds nothing but an end.
    private var endOrReset: Transfer {
        if let failure, failure.code == ECONNRESET { .failed(failure) } else { .end }
    }

    /// Takes bytes to write, as many as there is room for. A short message goes out with the others of this turn of the loop
    /// (`Outbox`), a long one at once.
    package func write(_ bytes: [UInt8], _ range: Range<Int>) -> Transfer {
        guard mayWrite else { return .wouldBlock }
        if let failure { return .failed(failure) }
        precondition(range.lowerBound >= 0 && range.upperBound <= bytes.count)
        guard range.count > Limits.outboxMessageBytes else {
            isCollected = true
            loop.collect(bytes, range, of: self)
            return .bytes(range.count)
        }
        return flush() ? transmit(bytes, range) : .wouldBlock
    }

    /// Gives the kernel now what would go out at the end of the turn; whether it took all that was written. If not, the socket
    /// may not be written to until it has.
    package func flush() -> Bool {
        if isCollected { loop.sendCollected() }
        return unsent.isEmpty
    }

    /// How much was written that the kernel has not taken; what goes out with this turn counts as taken.
    package var backlog: Int { unsent.count }

    /// What was collected for this socket is sent.
    func deliver(_ bytes: [UInt8], _ range: Range<Int>) {
        isCollected = false
        guard isOpen, failure == nil else { return }
        guard unsent.isEmpty else { return unsent += bytes[range] }
        switch transmit(bytes, range) {
        case .bytes(range.count): break
        case .bytes(let count): unsent = Array(bytes[range.dropFirst(count)])
        case .wouldBlock, .end: unsent = Array(bytes[range])
        case .failed(let error): fail(error)
        }
    }

    private func deliverRest() {
        switch transmit(unsent, unsent.indices) {
        case .bytes(unsent.count): unsent = []
        case .bytes(let count): unsent.removeFirst(count)
        case .wouldBlock, .end: break
        case .failed(let error): fail(error)
        }
    }

    private func fail(_ error: SystemError) {
        (failure, unsent) = (error, [])
        (mayRead, mayWrite, hasEnded, isBroken) = (true, true, true, true)
        strand?.wake()
    }

    private func transmit(_ bytes: [UInt8], _ range: Range<Int>) -> Transfer {
        while true {
            let count = unsafe bytes.withUnsafeBytes {
                unsafe send(descriptor, $0.baseAddress! + range.lowerBound, range.count, Int32(MSG_NOSIGNAL))
            }
            if count >= 0 {
                if count < range.count { mayWrite = false }
                return .bytes(count)
            }
            switch errno {
            case EINTR: continue
            case EAGAIN:
                mayWrite = false
                return .wouldBlock
            default:
                let error = SystemError("send")
                if error.code == ECONNRESET { failure = error }
                return .failed(error)
            }
        }
    }

    /// Sends our FIN behind what the kernel has taken: nothing more will be written.
    package func finishWriting() {
        _ = flush()
        _ = shutdown(descriptor, Int32(SHUT_WR))
    }

    package override func close() {
        _ = flush()
        super.close()
    }

    /// Parks until a connection that was begun stands or has failed.
    func waitToConnect(on strand: Strand, until deadline: Deadline) async -> Wake {
        mayWrite = false
        return await waitToWrite(on: strand, until: deadline)
    }
}
