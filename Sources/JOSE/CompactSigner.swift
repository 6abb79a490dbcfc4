package import Crypto
internal import JSON
package import Telemetry

/// Signs many tokens with one key: what is the same for all of them, the header and the keyed context, is made once. It
/// belongs to one thread.
package final class CompactSigner {
    private enum Key {
        case secret(HMACKey)
        case privateKey(PrivateKey)
    }

    private let key: Key
    /// Encoded, with the dot behind it.
    private let header: [UInt8]

    /// HS256.
    package convenience init(_ secret: Secret, keyID: String?) throws(CryptoError) {
        self.init(.secret(try HMACKey(secret)), .hs256, keyID)
    }

    package convenience init(_ key: PrivateKey, keyID: String?) { self.init(.privateKey(key), .signature(key.algorithm), keyID) }

    private init(_ key: Key, _ algorithm: TokenAlgorithm, _ keyID: String?) {
        self.key = key
        var json = JSONWriter()
        json.beginObject()
        json.member("alg", algorithm.name)
        if let keyID { json.member("kid", keyID) }
        json.member("typ", "JWT")
        json.endObject()
        header = Array("\(Base64.encodeURL(json.bytes)).".utf8)
    }

    /// The compact serialization (RFC 7515 §7.1).
    package func sign(_ claims: [UInt8]) throws(CryptoError) -> Secret {
        var token = header
        token += Base64.encodeURL(claims).utf8
        let signature: [UInt8] =
            switch key {
            case .secret(let key): key.code(of: token.span)
            case .privateKey(let key): try key.sign(token.span)
            }
        token.append(UInt8(ascii: "."))
        token += Base64.encodeURL(signature).utf8
        return Secret(token)
    }
}
