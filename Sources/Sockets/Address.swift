import CLinux
import Glibc

/// An IP address and a port. Both families are held in 16 bytes, IPv4 in its mapped form, so that they compare.
package struct Address: Hashable, Sendable {
    /// Network order; `::ffff:a.b.c.d` for IPv4.
    package let bytes: [UInt8]
    package let port: UInt16

    package init(bytes: [UInt8], port: UInt16) {
        precondition(bytes.count == 16)
        (self.bytes, self.port) = (bytes, port)
    }

    /// `127.0.0.1:8080`, `[::1]:8080`, `:8080` (all addresses) or `localhost:8080`; `nil` for anything else.
    package init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else { return nil }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        if host.isEmpty { host = "::" }
        if host == "localhost" { host = "127.0.0.1" }
        guard let bytes = Address.parse(host) else { return nil }
        self.init(bytes: bytes, port: port)
    }

    /// The 16 bytes of a numeric address, IPv4 mapped; `nil` for a name.
    package static func parse(_ host: String) -> [UInt8]? {
        var v4 = in_addr()
        if unsafe inet_pton(AF_INET, host, &v4) == 1 {
            let octets = unsafe withUnsafeBytes(of: v4.s_addr) { unsafe Array($0) }
            return [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF] + octets
        }
        var v6 = in6_addr()
        guard unsafe inet_pton(AF_INET6, host, &v6) == 1 else { return nil }
        return unsafe withUnsafeBytes(of: v6) { unsafe Array($0) }
    }

    package var isIPv4: Bool { bytes[0..<10].allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF }
    package var isLoopback: Bool { isIPv4 ? bytes[12] == 127 : bytes[0..<15].allSatisfy { $0 == 0 } && bytes[15] == 1 }

    /// The address without the port, as `X-Forwarded-For` wants it.
    package var host: String {
        if isIPv4 { return bytes[12...].map { String($0) }.joined(separator: ".") }
        var raw = in6_addr()
        unsafe withUnsafeMutableBytes(of: &raw) { unsafe $0.copyBytes(from: bytes) }
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        _ = unsafe inet_ntop(AF_INET6, &raw, &text, socklen_t(text.count))
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Calls `body` with the address as the kernel takes it.
    func withSockaddr<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) throws -> Result) rethrows -> Result {
        if isIPv4 {
            var raw = sockaddr_in()
            raw.sin_family = sa_family_t(AF_INET)
            raw.sin_port = port.bigEndian
            unsafe withUnsafeMutableBytes(of: &raw.sin_addr) { unsafe $0.copyBytes(from: bytes[12...]) }
            return try unsafe withUnsafePointer(to: raw) { pointer in
                try unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    try unsafe body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
        }
        var raw = sockaddr_in6()
        raw.sin6_family = sa_family_t(AF_INET6)
        raw.sin6_port = port.bigEndian
        unsafe withUnsafeMutableBytes(of: &raw.sin6_addr) { unsafe $0.copyBytes(from: bytes) }
        return try unsafe withUnsafePointer(to: raw) { pointer in
            try unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                try unsafe body($0, socklen_t(MemoryLayout<sockaddr_in6>.size))
            }
        }
    }

    /// Reads an address that the kernel filled in.
    static func reading(_ fill: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Void) -> Address? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        unsafe withUnsafeMutablePointer(to: &storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe fill($0, &length) }
        }
        return unsafe withUnsafeBytes(of: storage) { raw -> Address? in
            switch Int32(storage.ss_family) {
            case AF_INET:
                let octets = unsafe Array(raw[4..<8])
                let port = unsafe UInt16(raw[2]) << 8 | UInt16(raw[3])
                return Address(bytes: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF] + octets, port: port)
            case AF_INET6:
                let port = unsafe UInt16(raw[2]) << 8 | UInt16(raw[3])
                return unsafe Address(bytes: Array(raw[8..<24]), port: port)
            default: return nil
            }
        }
    }
}

extension Address: CustomStringConvertible {
    package var description: String { isIPv4 ? "\(host):\(port)" : "[\(host)]:\(port)" }
}
