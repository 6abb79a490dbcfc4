internal import COpenSSL
package import Telemetry

/// A key that signs: for minting tokens in the emulator, on the command line and for origins. Threads may share it.
@safe package final class PrivateKey: @unchecked Sendable {
    package let publicKey: PublicKey
    package var algorithm: SignatureAlgorithm { publicKey.parameters.algorithm }
    private let handle: OpaquePointer

    /// A fresh key; RSA with 2048 bits.
    package convenience init(generating algorithm: SignatureAlgorithm) throws(CryptoError) {
        let name = [SignatureAlgorithm.rs256: "RSA", .es256: "EC", .edDSA: "ED25519"][algorithm]
        guard let context = unsafe EVP_PKEY_CTX_new_from_name(nil, name, nil) else { throw .last("EVP_PKEY_CTX_new_from_name") }
        defer { unsafe EVP_PKEY_CTX_free(context) }
        var (key, isReady): (OpaquePointer?, Bool) = unsafe (nil, EVP_PKEY_keygen_init(context) == 1)
        if algorithm == .rs256 { isReady = unsafe isReady && EVP_PKEY_CTX_set_rsa_keygen_bits(context, 2048) == 1 }
        if algorithm == .es256 { isReady = unsafe isReady && EVP_PKEY_CTX_set_group_name(context, "P-256") == 1 }
        guard isReady, unsafe EVP_PKEY_generate(context, &key) == 1, let key = unsafe key else { throw .last("EVP_PKEY_generate") }
        try unsafe self.init(adopting: key)
    }

    /// From a PEM text: PKCS #8, or the older forms for RSA and EC. Encrypted keys are refused.
    package convenience init(pem: Secret) throws(CryptoError) {
        let text = pem.expose()
        guard let source = unsafe BIO_new_mem_buf(text, Int32(clamping: text.count)) else { throw .last("BIO_new_mem_buf") }
        defer { unsafe BIO_free(source) }
        // Without a callback of its own OpenSSL would ask the terminal for a password.
        guard let key = unsafe PEM_read_bio_PrivateKey(source, nil, { _, _, _, _ in -1 }, nil) else {
            throw .last("PEM_read_bio_PrivateKey")
        }
        try unsafe self.init(adopting: key)
    }

    private init(adopting handle: OpaquePointer) throws(CryptoError) {
        unsafe EVP_PKEY_up_ref(handle)
        do throws(CryptoError) { publicKey = try unsafe PublicKey(adopting: handle) } catch {
            unsafe EVP_PKEY_free(handle)
            throw error
        }
        unsafe self.handle = handle
    }

    deinit { unsafe EVP_PKEY_free(handle) }

    /// PKCS #8 in PEM, unencrypted.
    package func pem() throws(CryptoError) -> Secret {
        try unsafe Self.text { sink in unsafe PEM_write_bio_PrivateKey(sink, handle, nil, nil, 0, nil, nil) == 1 }
    }

    /// The signature as JOSE carries it.
    package func sign(_ message: Span<UInt8>) throws(CryptoError) -> [UInt8] {
        guard let context = unsafe EVP_MD_CTX_new() else { throw .last("EVP_MD_CTX_new") }
        defer { unsafe EVP_MD_CTX_free(context) }
        let digest = unsafe algorithm == .edDSA ? nil : EVP_sha256()
        guard unsafe EVP_DigestSignInit(context, nil, digest, nil, handle) == 1 else { throw .last("EVP_DigestSignInit") }
        var count = Int(unsafe EVP_PKEY_get_size(handle))
        var signature = [UInt8](repeating: 0, count: count)
        let isSigned = unsafe message.withUnsafeBufferPointer { message in
            unsafe EVP_DigestSign(context, &signature, &count, message.baseAddress, message.count) == 1
        }
        guard isSigned else { throw .last("EVP_DigestSign") }
        signature.removeLast(signature.count - count)
        guard algorithm == .es256 else { return signature }
        guard let raw = ECDSASignature.raw(from: signature) else { throw .invalidKeyParameters }
        return raw
    }

    private static func text(_ write: (OpaquePointer) -> Bool) throws(CryptoError) -> Secret {
        guard let sink = unsafe BIO_new(BIO_s_mem()) else { throw .last("BIO_new") }
        defer { unsafe BIO_free(sink) }
        guard unsafe write(sink) else { throw .last("PEM_write_bio") }
        var data: UnsafeMutablePointer<CChar>?
        let count = unsafe segue_bio_mem_data(sink, &data)
        return unsafe Secret(UnsafeBufferPointer(start: data, count: count).map { UInt8(bitPattern: $0) })
    }
}

extension PublicKey {
    /// SubjectPublicKeyInfo in PEM: what `CLERK_JWT_KEY` holds.
    package var pem: String {
        let body = Array(Base64.encode(parameters.subjectPublicKeyInfo))
        let lines = stride(from: 0, to: body.count, by: 64).map { String(body[$0..<min($0 + 64, body.count)]) }
        return "-----BEGIN PUBLIC KEY-----\n\(lines.joined(separator: "\n"))\n-----END PUBLIC KEY-----\n"
    }
}
