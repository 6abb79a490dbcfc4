internal import COpenSSL

package enum Digest {
    package static func sha256(_ message: Span<UInt8>) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
        unsafe message.withUnsafeBufferPointer { _ = unsafe SHA256($0.baseAddress, $0.count, &digest) }
        return digest
    }

    package static func sha256(_ message: [UInt8]) -> [UInt8] { sha256(message.span) }

    /// No longer collision-resistant. Clerk names its cookies by it, and nothing else may use it.
    package static func sha1(_ message: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: Int(SHA_DIGEST_LENGTH))
        unsafe _ = SHA1(message, message.count, &digest)
        return digest
    }
}

/// Equality in a time that depends on the lengths alone.
package func isEqualInConstantTime(_ a: Span<UInt8>, _ b: Span<UInt8>) -> Bool {
    guard a.count == b.count else { return false }
    guard a.count > 0 else { return true }
    return unsafe a.withUnsafeBufferPointer { a in
        unsafe b.withUnsafeBufferPointer { b in unsafe CRYPTO_memcmp(a.baseAddress, b.baseAddress, a.count) == 0 }
    }
}

package enum RandomBytes {
    /// From the system's generator; OpenSSL reports a failure to seed it, and nothing can go on after that.
    package static func make(_ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let result = unsafe RAND_bytes(&bytes, Int32(count))
        precondition(result == 1, "RAND_bytes failed: \(CryptoError.last("RAND_bytes"))")
        return bytes
    }
}
