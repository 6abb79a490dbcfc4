internal import COpenSSL

/// A public key that has been checked: RSA of at least 2048 bits, a point on P-256, or Ed25519. Equal when the key material
/// is. OpenSSL never changes a key after it was made, so threads may share it.
@safe package final class PublicKey: @unchecked Sendable {
    package let parameters: PublicKeyParameters
    let handle: OpaquePointer

    /// From the parameters of a JWK. Leading zeros of an RSA modulus are harmless and dropped.
    package convenience init(_ parameters: PublicKeyParameters) throws(CryptoError) {
        switch parameters {
        case .rsa: break
        case .p256(let x, let y): guard x.count == 32, y.count == 32 else { throw .invalidKeyParameters }
        case .ed25519(let x): guard x.count == 32 else { throw .invalidKeyParameters }
        }
        try self.init(subjectPublicKeyInfo: parameters.subjectPublicKeyInfo)
    }

    /// From a PEM text with a SubjectPublicKeyInfo (`BEGIN PUBLIC KEY`). As in an environment variable, line ends may be
    /// written `\n`, and the lines around the base64 may be missing.
    package convenience init(pem: String) throws(CryptoError) {
        try self.init(subjectPublicKeyInfo: try PEM.content(of: pem, label: "PUBLIC KEY"))
    }

    /// From a SubjectPublicKeyInfo in DER, with nothing behind it.
    package convenience init(subjectPublicKeyInfo bytes: [UInt8]) throws(CryptoError) {
        let key: OpaquePointer? = unsafe bytes.withUnsafeBufferPointer { buffer in
            var position = buffer.baseAddress
            let key = unsafe d2i_PUBKEY(nil, &position, buffer.count)
            let end = unsafe buffer.baseAddress.map { unsafe $0 + buffer.count }
            guard unsafe position == end else {
                unsafe EVP_PKEY_free(key)
                return nil
            }
            return unsafe key
        }
        guard let key = unsafe key else {
            ERR_clear_error()
            throw .invalidKeyParameters
        }
        try unsafe self.init(adopting: key)
    }

    /// Takes over a key that OpenSSL made, and frees it also when it is refused.
    init(adopting handle: OpaquePointer) throws(CryptoError) {
        do throws(CryptoError) {
            parameters = try unsafe KeyInspection.parameters(of: handle)
            try unsafe KeyInspection.check(handle)
        } catch {
            unsafe EVP_PKEY_free(handle)
            throw error
        }
        unsafe self.handle = handle
    }

    deinit { unsafe EVP_PKEY_free(handle) }
}

extension PublicKey: Hashable {
    package static func == (a: PublicKey, b: PublicKey) -> Bool { a.parameters == b.parameters }
    package func hash(into hasher: inout Hasher) { hasher.combine(parameters) }
}
