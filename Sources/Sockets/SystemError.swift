import Glibc

/// A system call that failed: which, and with which errno.
package struct SystemError: Error, Hashable, Sendable {
    package let call: String
    package let code: Int32

    package init(_ call: String, code: Int32 = errno) { (self.call, self.code) = (call, code) }
}

extension SystemError {
    /// Whether this machine, or this process, has run out of something: descriptors, memory, ports. It says nothing about the
    /// other side.
    package var isExhaustion: Bool {
        switch code {
        case EMFILE, ENFILE, ENOBUFS, ENOMEM, EADDRNOTAVAIL: true
        default: false
        }
    }
}

extension SystemError: CustomStringConvertible {
    package var description: String { unsafe "\(call): \(String(cString: strerror(code)))" }
}

/// Runs a system call until no signal interrupts it; a negative result throws.
@discardableResult
func retrying(_ call: String, _ body: () -> Int32) throws(SystemError) -> Int32 {
    while true {
        let result = body()
        if result >= 0 { return result }
        if errno != EINTR { throw SystemError(call) }
    }
}
