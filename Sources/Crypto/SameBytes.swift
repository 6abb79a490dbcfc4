import Glibc

/// Whether two runs of bytes are equal, as fast as the C library knows. Not in constant time: for keys of tables, never
/// for a comparison with a secret that an attacker guesses at.
package func sameBytes(_ a: Span<UInt8>, _ b: Span<UInt8>) -> Bool {
    guard a.count == b.count else { return false }
    return unsafe a.bytes.withUnsafeBytes { first in
        unsafe b.bytes.withUnsafeBytes { second in
            guard let first = first.baseAddress, let second = second.baseAddress else { return true }
            return unsafe memcmp(first, second, a.count) == 0
        }
    }
}
