internal import COpenSSL

/// SHA-256 of what comes piece by piece.
@safe package final class RunningDigest {
    private let context: OpaquePointer

    package init() {
        guard let context = unsafe EVP_MD_CTX_new(), unsafe EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else {
            preconditionFailure("EVP_DigestInit_ex failed")
        }
        unsafe self.context = context
    }

    deinit { unsafe EVP_MD_CTX_free(context) }

    package func add(_ bytes: [UInt8]) {
        let isAdded = unsafe bytes.withUnsafeBytes { unsafe EVP_DigestUpdate(context, $0.baseAddress, $0.count) == 1 }
        precondition(isAdded, "EVP_DigestUpdate failed")
    }

    /// The digest of everything so far: 32 bytes. Nothing can be added after it.
    package func finish() -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        var length: UInt32 = 0
        let isDone = unsafe EVP_DigestFinal_ex(context, &digest, &length) == 1
        precondition(isDone && length == 32, "EVP_DigestFinal_ex failed")
        return digest
    }
}
