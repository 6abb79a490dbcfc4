internal import COpenSSL

/// Why a key or a text is refused, or what OpenSSL could not do.
package enum CryptoError: Error, Hashable, Sendable {
    /// OpenSSL failed; `reason` is its own message.
    case openSSL(call: String, reason: String)
    /// Neither PEM nor the base64 body of one, or more than one key.
    case notPEM
    /// RFC 7518 §3.3: at least 2048 bits. The upper bound keeps a hostile key set from costing seconds.
    case modulusSize(bits: Int)
    /// A key that no algorithm here uses: another curve, DSA, X25519.
    case unsupportedKey
    /// A parameter has the wrong length, or the point is not on the curve.
    case invalidKeyParameters
    /// HMAC with an empty secret proves nothing.
    case emptySecret
    /// A public key is public: used as an HMAC secret, everybody could sign.
    case secretIsPublicKey
    /// Not base64, base64url without padding, or hexadecimal.
    case invalidEncoding

    /// Takes OpenSSL's message, and leaves this thread's queue of errors empty.
    static func last(_ call: String) -> CryptoError {
        let code = ERR_peek_last_error()
        ERR_clear_error()
        var text = [CChar](repeating: 0, count: 256)
        unsafe ERR_error_string_n(code, &text, text.count)
        let bytes = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return .openSSL(call: call, reason: code == 0 ? "no reason given" : String(decoding: bytes, as: UTF8.self))
    }
}

extension CryptoError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .openSSL(let call, let reason): "\(call): \(reason)"
        case .notPEM: "the text is not one PEM block with a public key (BEGIN PUBLIC KEY)"
        case .modulusSize(let bits): "an RSA key of \(bits) bits is not accepted: 2048 to 8192"
        case .unsupportedKey: "the key is neither RSA nor on P-256 nor Ed25519"
        case .invalidKeyParameters: "the key is damaged"
        case .emptySecret: "the secret is empty"
        case .secretIsPublicKey: "the secret is a key in PEM or DER: with a public key as the secret everybody could sign"
        case .invalidEncoding: "the text is not encoded as it should be"
        }
    }
}
