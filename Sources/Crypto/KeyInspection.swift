internal import COpenSSL

/// What OpenSSL says about a key.
enum KeyInspection {
    /// RFC 7518 §3.3 sets the lower bound.
    private static let modulusBits = 2048...8192

    static func parameters(of key: OpaquePointer) throws(CryptoError) -> PublicKeyParameters {
        if unsafe EVP_PKEY_is_a(key, "RSA") == 1 {
            let bits = Int(unsafe EVP_PKEY_get_bits(key))
            guard modulusBits.contains(bits) else { throw .modulusSize(bits: bits) }
            return unsafe .rsa(modulus: try integer(key, OSSL_PKEY_PARAM_RSA_N), exponent: try integer(key, OSSL_PKEY_PARAM_RSA_E))
        }
        if unsafe EVP_PKEY_is_a(key, "EC") == 1, unsafe curve(of: key) == "prime256v1" {
            return unsafe .p256(
                x: padded(try integer(key, OSSL_PKEY_PARAM_EC_PUB_X)), y: padded(try integer(key, OSSL_PKEY_PARAM_EC_PUB_Y)))
        }
        if unsafe EVP_PKEY_is_a(key, "ED25519") == 1 {
            var (raw, count) = ([UInt8](repeating: 0, count: 32), 32)
            guard unsafe EVP_PKEY_get_raw_public_key(key, &raw, &count) == 1 else { throw .last("EVP_PKEY_get_raw_public_key") }
            return .ed25519(x: raw)
        }
        throw .unsupportedKey
    }

    /// The point is on the curve; the modulus is odd and without small factors; the exponent is not 1.
    static func check(_ key: OpaquePointer) throws(CryptoError) {
        guard let context = unsafe EVP_PKEY_CTX_new_from_pkey(nil, key, nil) else { throw .last("EVP_PKEY_CTX_new_from_pkey") }
        defer { unsafe EVP_PKEY_CTX_free(context) }
        guard unsafe EVP_PKEY_public_check(context) == 1 else {
            ERR_clear_error()
            throw .invalidKeyParameters
        }
    }

    private static func integer(_ key: OpaquePointer, _ name: UnsafePointer<CChar>) throws(CryptoError) -> [UInt8] {
        var number: OpaquePointer?
        guard unsafe EVP_PKEY_get_bn_param(key, name, &number) == 1 else { throw .last("EVP_PKEY_get_bn_param") }
        defer { unsafe BN_free(number) }
        var bytes = [UInt8](repeating: 0, count: Int(unsafe BN_num_bits(number) + 7) / 8)
        unsafe BN_bn2bin(number, &bytes)
        return bytes
    }

    private static func padded(_ coordinate: [UInt8]) -> [UInt8] {
        [UInt8](repeating: 0, count: max(0, 32 - coordinate.count)) + coordinate
    }

    private static func curve(of key: OpaquePointer) -> String? {
        var (name, count) = ([CChar](repeating: 0, count: 64), 0)
        guard unsafe EVP_PKEY_get_group_name(key, &name, name.count, &count) == 1 else { return nil }
        return String(decoding: name.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
