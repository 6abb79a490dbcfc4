package import Crypto

/// One worker's verifiers for the keys of one issuer, built once for each version of the key set.
package final class KeyRing {
    /// The version of the set that was adopted last; 0 before the first.
    package private(set) var version: UInt64 = 0
    package private(set) var keys = KeySet([])
    private var verifiers: [TokenVerifier] = []

    package init() {}

    package convenience init(_ keys: KeySet, version: UInt64 = 1) throws(CryptoError) {
        self.init()
        try adopt(keys, version: version)
    }

    /// Takes over a key set, unless it is the one that is held already.
    package func adopt(_ keys: KeySet, version: UInt64) throws(CryptoError) {
        guard version != self.version else { return }
        var built: [TokenVerifier] = []
        for entry in keys.entries { built.append(try TokenVerifier(entry.key)) }
        (self.keys, self.version, verifiers) = (keys, version, built)
    }

    /// The verdict of the key that the token's `kid` names. Where a rotation kept the `kid`, of either key.
    package func verify(_ token: UnverifiedToken) -> SignatureVerdict {
        var verdict = SignatureVerdict.unknownKey
        for (entry, verifier) in zip(keys.entries, verifiers) where keys.ignoresKeyIDs || entry.keyID == token.header.keyID {
            switch verifier.verify(token) {
            case .verified(let token): return .verified(token)
            case .badSignature: verdict = .badSignature
            case .algorithmMismatch: if case .unknownKey = verdict { verdict = .algorithmMismatch }
            case .unknownKey: break
            }
        }
        return verdict
    }
}
