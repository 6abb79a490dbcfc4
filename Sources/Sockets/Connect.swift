import CLinux
import Glibc

extension Socket {
    package enum ConnectFailure: Error, Sendable {
        case refused(SystemError)
        case timedOut
    }

    /// Opens a connection; the strand is the new socket's as well.
    package static func connect(
        to address: Address, on strand: Strand, loop: Loop, until deadline: Deadline
    ) async throws(ConnectFailure) -> Socket {
        let socket: Socket
        do {
            let family = address.isIPv4 ? AF_INET : AF_INET6
            let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
            let descriptor = try retrying("socket") { Glibc.socket(family, kind, 0) }
            socket = try Socket(descriptor: descriptor, peer: address, loop: loop)
        } catch {
            throw .refused(error)
        }
        socket.setNoDelay()
        socket.strand = strand
        let result = unsafe address.withSockaddr { unsafe Glibc.connect(socket.descriptor, $0, $1) }
        if result == 0 { return socket }
        guard errno == EINPROGRESS || errno == EINTR else { throw .refused(socket.failedToConnect(errno)) }
        // A connection under way may be written to once it stands: until then the flag is down.
        switch await socket.waitToConnect(on: strand, until: deadline) {
        case .timeout, .draining:
            socket.close()
            throw .timedOut
        case .ready:
            let code = socket.pendingError()
            guard code == 0 else { throw .refused(socket.failedToConnect(code)) }
            return socket
        }
    }

    private func failedToConnect(_ code: Int32) -> SystemError {
        close()
        return SystemError("connect", code: code)
    }

    private func pendingError() -> Int32 {
        var code: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        _ = unsafe getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length)
        return code
    }
}
