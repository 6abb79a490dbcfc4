internal import Crypto
package import JSON

/// Why a JWK set is refused as a whole. Single keys that are of no use here are passed over.
package enum JWKSetError: Error, Hashable, Sendable {
    case tooLarge(bytesMax: Int)
    case tooManyKeys(keysMax: Int)
    case invalidJSON(JSONError)
    /// No member `keys` with an array of objects: RFC 7517 §5.
    case notAJWKSet
    /// Two different keys have one id, so that it is not known which of them a token means.
    case ambiguousKeyID(String?)
}

extension JWKSetError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .tooLarge(let bytesMax): "the key set is larger than \(bytesMax) bytes"
        case .tooManyKeys(let keysMax): "the key set has more than \(keysMax) keys"
        case .invalidJSON(let error): "the key set is not acceptable JSON: \(error)"
        case .notAJWKSet: "the key set has no member keys with an array of objects"
        case .ambiguousKeyID(let id): "two different keys have \(id.map { "the kid \($0)" } ?? "no kid")"
        }
    }
}

extension KeySet {
    /// Reads a JWK set (RFC 7517 §5). Keys that are not for signatures, of an unknown kind or too weak are passed over, as §5
    /// asks; so the result may be empty.
    package init(jwkSet json: [UInt8]) throws(JWKSetError) {
        guard json.count <= TokenLimits.keySetBytes else { throw .tooLarge(bytesMax: TokenLimits.keySetBytes) }
        let value: JSONValue
        do { value = try JSONValue(parsing: json, limits: TokenLimits.keySet) } catch { throw .invalidJSON(error) }
        guard let keys = value["keys"]?.array, keys.allSatisfy({ $0.object != nil }) else { throw .notAJWKSet }
        guard keys.count <= TokenLimits.keys else { throw .tooManyKeys(keysMax: TokenLimits.keys) }
        var entries: [Entry] = []
        for jwk in keys {
            guard let entry = Self.entry(of: jwk), !entries.contains(entry) else { continue }
            guard !entries.contains(where: { $0.keyID == entry.keyID }) else { throw .ambiguousKeyID(entry.keyID) }
            entries.append(entry)
        }
        self.init(entries)
    }

    private static func entry(of jwk: JSONValue) -> Entry? {
        if let use = jwk["use"], use.string != "sig" { return nil }
        if let operations = jwk["key_ops"], operations.array?.contains(where: { $0.string == "verify" }) != true { return nil }
        if let id = jwk["kid"], id.string == nil { return nil }
        guard let parameters = parameters(of: jwk), let key = try? PublicKey(parameters) else { return nil }
        // RFC 7517 §4.4: a key that says which algorithm it is for is for no other.
        if let algorithm = jwk["alg"], algorithm.string != parameters.algorithm.rawValue { return nil }
        return Entry(jwk["kid"]?.string, key)
    }

    private static func parameters(of jwk: JSONValue) -> PublicKeyParameters? {
        func bytes(_ name: String) -> [UInt8]? { jwk[name]?.string.flatMap { try? Base64.decodeURL($0) } }
        switch (jwk["kty"]?.string, jwk["crv"]?.string) {
        case ("RSA", _):
            guard let modulus = bytes("n"), let exponent = bytes("e") else { return nil }
            return .rsa(modulus: modulus, exponent: exponent)
        case ("EC", "P-256"):
            guard let x = bytes("x"), let y = bytes("y") else { return nil }
            return .p256(x: x, y: y)
        case ("OKP", "Ed25519"):
            guard let x = bytes("x") else { return nil }
            return .ed25519(x: x)
        default: return nil
        }
    }
}

extension KeySet {
    /// The set as an issuer serves it.
    package var jwkSet: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("keys")
        writer.beginArray()
        for entry in entries { entry.write(into: &writer) }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }
}

extension KeySet.Entry {
    fileprivate func write(into writer: inout JSONWriter) {
        let parameters: [(String, String)] =
            switch key.parameters {
            case .rsa(let modulus, let exponent):
                [("kty", "RSA"), ("n", Base64.encodeURL(modulus)), ("e", Base64.encodeURL(exponent))]
            case .p256(let x, let y):
                [("kty", "EC"), ("crv", "P-256"), ("x", Base64.encodeURL(x)), ("y", Base64.encodeURL(y))]
            case .ed25519(let x):
                [("kty", "OKP"), ("crv", "Ed25519"), ("x", Base64.encodeURL(x))]
            }
        let id = keyID.map { [("kid", $0)] } ?? []
        writer.beginObject()
        for (name, value) in [("use", "sig")] + id + [("alg", key.parameters.algorithm.rawValue)] + parameters {
            writer.key(name)
            writer.string(value)
        }
        writer.endObject()
    }
}
