import CLinux
import Glibc

extension Address {
    /// The addresses of a host by the system's resolver, in its order; empty when it knows none. It blocks: call it from
    /// a thread that serves nobody.
    package static func resolve(host: String, port: UInt16) -> [Address] {
        if let bytes = parse(host) { return [Address(bytes: bytes, port: port)] }
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        unsafe hints.ai_flags = AI_ADDRCONFIG
        var list: UnsafeMutablePointer<addrinfo>?
        guard unsafe getaddrinfo(host, nil, &hints, &list) == 0 else { return [] }
        defer { unsafe freeaddrinfo(list) }
        var found: [Address] = []
        var next = unsafe list
        while let entry = unsafe next {
            let address = unsafe reading { storage, length in
                unsafe memcpy(storage, entry.pointee.ai_addr, Int(entry.pointee.ai_addrlen))
                unsafe length.pointee = entry.pointee.ai_addrlen
            }
            if let address, !found.contains(where: { $0.bytes == address.bytes }) {
                found.append(Address(bytes: address.bytes, port: port))
            }
            unsafe next = unsafe entry.pointee.ai_next
        }
        return found
    }
}
