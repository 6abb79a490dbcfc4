internal import COpenSSL
package import Telemetry

/// A shared secret for HMAC-SHA-256, with a context that is keyed once. It belongs to one thread.
@safe package final class HMACKey {
    private let context: OpaquePointer

    package init(_ secret: Secret) throws(CryptoError) {
        let key = secret.expose()
        guard !key.isEmpty else { throw .emptySecret }
        guard !Self.isPublicKey(key) else { throw .secretIsPublicKey }
        unsafe context = try Self.makeContext(key)
    }

    deinit { unsafe EVP_MAC_CTX_free(context) }

    /// The authentication code: 32 bytes.
    package func code(of message: Span<UInt8>) -> [UInt8] {
        let code = authenticate(message)
        return code.indices.map { code[$0] }
    }

    package func isValid(code: Span<UInt8>, of message: Span<UInt8>) -> Bool {
        isEqualInConstantTime(code, authenticate(message).span)
    }

    private func authenticate(_ message: Span<UInt8>) -> InlineArray<32, UInt8> {
        var code = InlineArray<32, UInt8>(repeating: 0)
        var length = 0
        var output = code.mutableSpan
        let isDone = unsafe output.withUnsafeMutableBufferPointer { output in
            unsafe message.withUnsafeBufferPointer { message in
                // A nil key keeps the one that the context has.
                unsafe EVP_MAC_init(context, nil, 0, nil) == 1 && EVP_MAC_update(context, message.baseAddress, message.count) == 1
                    && EVP_MAC_final(context, output.baseAddress, &length, output.count) == 1
            }
        }
        precondition(isDone && length == 32, "HMAC failed: \(CryptoError.last("EVP_MAC"))")
        return code
    }

    private static func makeContext(_ key: [UInt8]) throws(CryptoError) -> OpaquePointer {
        guard let algorithm = unsafe EVP_MAC_fetch(nil, "HMAC", nil) else { throw .last("EVP_MAC_fetch") }
        defer { unsafe EVP_MAC_free(algorithm) }
        guard let context = unsafe EVP_MAC_CTX_new(algorithm) else { throw .last("EVP_MAC_CTX_new") }
        var digest = Array("SHA256".utf8CString)
        // A parameter points to its name and to its value: both must be there for as long as it is.
        let isKeyed = unsafe OSSL_MAC_PARAM_DIGEST.withCString { name in
            unsafe digest.withUnsafeMutableBufferPointer { digest in
                let parameters = unsafe [
                    OSSL_PARAM_construct_utf8_string(name, digest.baseAddress, 0), OSSL_PARAM_construct_end(),
                ]
                return unsafe EVP_MAC_init(context, key, key.count, parameters) == 1
            }
        }
        guard isKeyed else {
            unsafe EVP_MAC_CTX_free(context)
            throw .last("EVP_MAC_init")
        }
        return unsafe context
    }

    /// The mistake behind CVE-2022-29217 and its kin, in text or in DER, wherever the text begins.
    private static func isPublicKey(_ key: [UInt8]) -> Bool {
        if String(decoding: key, as: UTF8.self).contains("-----BEGIN") { return true }
        do throws(CryptoError) { _ = try PublicKey(subjectPublicKeyInfo: key) } catch {
            // A key that is too weak, or of another kind, is as public as one that is accepted.
            if case .modulusSize = error { return true }
            return error == .unsupportedKey
        }
        return true
    }
}
