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
        if events & (Events.writable | Events.failed | Events.hungUp) != 0 { mayWrite = true }
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
            if count == 0 { return .end }
            switch errno {
            case EINTR: continue
            case EAGAIN:
                mayRead = false
                return .wouldBlock
            default: return .failed(SystemError("recv"))
            }
        }
    }

    /// Writes once, as much of the bytes as the socket takes.
    package func write(_ bytes: [UInt8], _ range: Range<Int>) -> Transfer {
        guard mayWrite else { return .wouldBlock }
        precondition(range.lowerBound >= 0 && range.upperBound <= bytes.count)
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
            default: return .failed(SystemError("send"))
            }
        }
    }

    /// Whether the peer has said nothing and not ended, asked of the kernel and not of what events told.
    package func isQuiet() -> Bool {
        var byte: UInt8 = 0
        return unsafe recv(descriptor, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT)) < 0 && errno == EAGAIN
    }

    /// Sends our FIN: nothing more will be written.
    package func finishWriting() { _ = shutdown(descriptor, Int32(SHUT_WR)) }

    /// Parks until something may be read; other reasons to go on are told.
    package func waitToRead(on strand: Strand, until deadline: Deadline) async -> Wake {
        while !mayRead {
            let wake = await strand.park(until: deadline)
            if wake != .ready { return wake }
        }
        return .ready
    }

    package func waitToWrite(on strand: Strand, until deadline: Deadline) async -> Wake {
        while !mayWrite {
            let wake = await strand.park(until: deadline)
            if wake != .ready { return wake }
        }
        return .ready
    }

    /// Parks until a connection that was begun stands or has failed.
    func waitToConnect(on strand: Strand, until deadline: Deadline) async -> Wake {
        mayWrite = false
        return await waitToWrite(on: strand, until: deadline)
    }

    /// The next close sends RST instead of FIN: the peer must not take what it got for a whole message.
    package func resetOnClose() {
        var option = linger(l_onoff: 1, l_linger: 0)
        _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }

    func setNoDelay() {
        var one: Int32 = 1
        _ = unsafe setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
    }
}
