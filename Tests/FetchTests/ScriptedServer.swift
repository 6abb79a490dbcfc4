import Glibc
import Snapshot

/// A server on loopback that answers each connection with bytes that the test chooses, good or bad HTTP, and then
/// closes it.
final class ScriptedServer: Sendable {
    enum Answer: Sendable {
        case bytes(String)
        /// Nothing, until the client goes away.
        case silence
    }

    let port: UInt16
    private let listener: Int32
    private let requests = Guarded<[String]>([])
    private let answer: @Sendable (String) -> Answer

    /// `answer` gets the bytes of the request up to the end of its content.
    init(_ answer: @escaping @Sendable (String) -> Answer) {
        self.answer = answer
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                let bound = unsafe bind(listener, pointer, length)
                precondition(bound == 0 && listen(listener, 64) == 0, "no loopback listener")
                unsafe getsockname(listener, pointer, &length)
            }
        }
        (self.listener, port) = (listener, UInt16(bigEndian: address.sin_port))
        let context = unsafe Unmanaged.passRetained(self).toOpaque()
        var thread = pthread_t()
        unsafe pthread_create(
            &thread, nil,
            { context in
                unsafe Unmanaged<ScriptedServer>.fromOpaque(context!).takeRetainedValue().run()
                return nil
            }, context)
        pthread_detach(thread)
    }

    convenience init(answering bytes: String) { self.init { _ in .bytes(bytes) } }

    /// What clients sent, in the order of their connections.
    var received: [String] { requests.withLock { $0 } }

    func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

    private func run() {
        while true {
            let connection = accept(listener, nil, nil)
            guard connection >= 0 else { break }
            // With a copy in a program that another test starts meanwhile it would not close.
            _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
            serve(connection)
            close(connection)
        }
        close(listener)
    }

    private func serve(_ connection: Int32) {
        let request = read(from: connection)
        guard !request.isEmpty else { return }
        requests.withLock { $0.append(request) }
        switch answer(request) {
        case .silence: while !chunk(from: connection).isEmpty {}
        case .bytes(let bytes):
            let bytes = Array(bytes.utf8)
            var sent = 0
            while sent < bytes.count {
                let count = unsafe bytes[sent...].withUnsafeBytes {
                    unsafe send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                guard count > 0 else { return }
                sent += count
            }
        }
    }

    private func read(from connection: Int32) -> String {
        var request = ""
        while true {
            let chunk = chunk(from: connection)
            guard !chunk.isEmpty else { return request }
            request += String(decoding: chunk, as: UTF8.self)
            if isWhole(request) { return request }
        }
    }

    private func isWhole(_ request: String) -> Bool {
        let bytes = Array(request.utf8)
        guard bytes[0] != 0x16 else { return true }  // A TLS ClientHello.
        guard let end = bytes.indices.first(where: { bytes[$0...].starts(with: Array("\r\n\r\n".utf8)) }) else { return false }
        let lengthLine = request.split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length:") }
        let length = lengthLine.flatMap { Int($0.split(separator: " ").last ?? "") } ?? 0
        return bytes.count >= end + 4 + length
    }

    private func chunk(from connection: Int32) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, count in
            unsafe count = max(0, recv(connection, buffer.baseAddress, buffer.count, 0))
        }
    }
}
