import Crypto
import JOSE
import JSON
import Telemetry

/// The key that signs the instance's tokens, and the set that it publishes. Clerk's `kid` is the instance's id, so a
/// rotation may keep it; the emulator can do either.
struct SigningKeys {
    struct Entry {
        let kid: String
        let key: PrivateKey
    }

    enum Signer: String {
        case current
        /// The one before the last rotation.
        case previous
        /// A key that was never published, under the current `kid`: a forgery.
        case foreign
    }

    private(set) var current: Entry
    private var previous: Entry?
    private var published: [Entry]
    private(set) var rotations = 0

    init(kid: String, key: PrivateKey) {
        current = Entry(kid: kid, key: key)
        published = [current]
    }

    /// Signs with a new key from now on. The old one leaves the set unless `keepsOld`; two keys of one `kid` are never
    /// published together.
    mutating func rotate(to kid: String, keepsOld: Bool) throws(CryptoError) {
        let next = Entry(kid: kid, key: try PrivateKey(generating: .rs256))
        let kept = keepsOld ? published.filter { $0.kid != kid } : []
        (previous, current, published) = (current, next, Array(([next] + kept).prefix(8)))
        rotations += 1
    }

    func entry(for signer: Signer) throws(CryptoError) -> Entry {
        switch signer {
        case .current: current
        case .previous: previous ?? current
        case .foreign: Entry(kid: current.kid, key: try PrivateKey(generating: .rs256))
        }
    }

    /// The JWK set, as both endpoints serve it.
    var document: [UInt8] { KeySet(published.map { KeySet.Entry($0.kid, $0.key.publicKey) }).jwkSet }
}

extension SigningKeys.Entry {
    /// A compact JWS (RFC 7515 §7.1) with exactly this header.
    func sign(header: JSONValue, claims: JSONValue) throws(CryptoError) -> String {
        try TokenSigner(key, keyID: kid).sign(header: header.text, claims: claims.text).exposeText()
    }
}

extension JSONValue {
    fileprivate var text: [UInt8] {
        var json = JSONWriter()
        json.value(self)
        return json.bytes
    }
}
