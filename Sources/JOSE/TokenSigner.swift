package import Crypto
internal import JSON
package import Telemetry

/// Makes tokens: for the emulator, for origins that know only their own, and for tests. Threads may share it.
package struct TokenSigner: Sendable {
    private enum Key: Sendable {
        case privateKey(PrivateKey)
        case secret(Secret)
    }

    package let algorithm: TokenAlgorithm
    private let keyID: String?
    private let key: Key

    package init(_ key: PrivateKey, keyID: String?) {
        (algorithm, self.keyID, self.key) = (.signature(key.algorithm), keyID, .privateKey(key))
    }

    /// HS256.
    package init(_ secret: Secret, keyID: String?) { (algorithm, self.keyID, key) = (.hs256, keyID, .secret(secret)) }

    /// A token with the header that a token of this key has: `alg`, `kid`, and the given `typ` and `cat`.
    package func sign(claims: [UInt8], type: String? = "JWT", category: String? = nil) throws(CryptoError) -> Secret {
        var header = JSONWriter()
        header.beginObject()
        for (name, value) in [("alg", algorithm.name), ("cat", category), ("kid", keyID), ("typ", type)] {
            guard let value else { continue }
            header.key(name)
            header.string(value)
        }
        header.endObject()
        return try sign(header: header.bytes, claims: claims)
    }

    /// A token with exactly this header, whatever it says.
    package func sign(header: [UInt8], claims: [UInt8]) throws(CryptoError) -> Secret {
        let input = Array("\(Base64.encodeURL(header)).\(Base64.encodeURL(claims))".utf8)
        let signature: [UInt8] =
            switch key {
            case .privateKey(let key): try key.sign(input.span)
            case .secret(let secret): try HMACKey(secret).code(of: input.span)
            }
        return Secret(input + [UInt8(ascii: ".")] + Base64.encodeURL(signature).utf8)
    }
}
