import Glibc

/// Where a byte stands first, at or behind `start`, as fast as the C library knows.
package func firstIndex(of byte: UInt8, in bytes: Span<UInt8>, from start: Int) -> Int? {
    guard start < bytes.count else { return nil }
    return unsafe bytes.extracting(start..<bytes.count).bytes.withUnsafeBytes { rest in
        guard let base = rest.baseAddress, let found = unsafe memchr(base, Int32(byte), rest.count) else { return nil }
        return unsafe start + (UnsafeRawPointer(found) - base)
    }
}
