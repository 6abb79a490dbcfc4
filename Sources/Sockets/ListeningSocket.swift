import CLinux
import Glibc

/// A socket that accepts connections for one loop. Each worker opens its own on the same address (SO_REUSEPORT), so
/// that the kernel spreads connections and no thread hands one to another.
package final class ListeningSocket: EventSource {
    package let address: Address
    private let accepted: (Socket) -> Void
    private let refused: (SystemError) -> Void
    private var isResting = false

    /// - Parameters:
    ///   - isShared: whether other sockets of this process may listen there too.
    ///   - accepted: gets each connection, on the loop's thread.
    ///   - refused: is told when the system had no descriptor or memory for a connection; the listener then rests for
    ///     a moment instead of spinning.
    package init(
        on address: Address, isShared: Bool = false, loop: Loop, accepted: @escaping (Socket) -> Void,
        refused: @escaping (SystemError) -> Void
    ) throws(SystemError) {
        let descriptor = try ListeningSocket.open(address, isShared: isShared)
        self.accepted = accepted
        self.refused = refused
        self.address =
            unsafe Address.reading { unsafe getsockname(descriptor, $0, $1) } ?? address
        do {
            try super.init(descriptor: descriptor, events: Events.readable, loop: loop)
        } catch {
            Glibc.close(descriptor)
            throw error
        }
    }

    /// Throws when another process listens on the address already. Sockets that share an address would let a second gateway
    /// start beside the first and take half of its connections without a word.
    package static func requireFree(_ address: Address) throws(SystemError) {
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = try retrying("socket") { Glibc.socket(address.isIPv4 ? AF_INET : AF_INET6, kind, 0) }
        defer { Glibc.close(descriptor) }
        try set(SO_REUSEADDR, on: descriptor)
        try retrying("bind \(address)") { unsafe address.withSockaddr { unsafe bind(descriptor, $0, $1) } }
    }

    private static func open(_ address: Address, isShared: Bool) throws(SystemError) -> Int32 {
        let family = address.isIPv4 ? AF_INET : AF_INET6
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = try retrying("socket") { Glibc.socket(family, kind, 0) }
        do {
            try set(SO_REUSEADDR, on: descriptor)
            if isShared { try set(SO_REUSEPORT, on: descriptor) }
            try retrying("bind \(address)") { unsafe address.withSockaddr { unsafe bind(descriptor, $0, $1) } }
            try retrying("listen \(address)") { listen(descriptor, Limits.backlog) }
            return descriptor
        } catch {
            Glibc.close(descriptor)
            throw error
        }
    }

    private static func set(_ option: Int32, on descriptor: Int32) throws(SystemError) {
        var one: Int32 = 1
        try retrying("setsockopt") {
            unsafe setsockopt(descriptor, SOL_SOCKET, option, &one, socklen_t(MemoryLayout<Int32>.size))
        }
    }

    override func eventsArrived(_ events: UInt32) {
        for _ in 0..<Limits.acceptsPerWake {
            var peer: Address?
            var descriptor: Int32 = -1
            peer = unsafe Address.reading { unsafe descriptor = segue_accept(self.descriptor, $0, $1) }
            guard descriptor >= 0 else { return acceptFailed(errno) }
            guard let socket = try? Socket(descriptor: descriptor, peer: peer, loop: loop) else { continue }
            socket.setNoDelay()
            accepted(socket)
        }
    }

    private func acceptFailed(_ code: Int32) {
        let error = SystemError("accept", code: code)
        // The others: EAGAIN, or a connection that was gone before it was accepted.
        guard error.isExhaustion else { return }
        refused(error)
        rest()
    }

    /// Out of descriptors the listener would stay readable and keep the loop busy: it looks away for a moment.
    private func rest() {
        guard !isResting, (try? loop.rearm(self, events: 0)) != nil else { return }
        isResting = true
        let reference = UncheckedReference(self)
        loop.spawn {
            await sleep(milliseconds: Int(Limits.acceptRestMilliseconds))
            reference.value.resume()
        }
    }

    private func resume() {
        isResting = false
        if isOpen { try? loop.rearm(self, events: Events.readable) }
    }
}

/// Carries a loop's own object through a task of the same loop.
private struct UncheckedReference: @unchecked Sendable {
    let value: ListeningSocket
    init(_ value: ListeningSocket) { self.value = value }
}
