package import Crypto

/// The public keys that an issuer signs with: an immutable value that threads share. Equal when the same ids stand for the
/// same key material, in any order.
package struct KeySet: Sendable {
    package struct Entry: Hashable, Sendable {
        /// `nil` is the id of a key without one, which only a token without `kid` can mean.
        package let keyID: String?
        package let key: PublicKey
    }

    package let entries: [Entry]
    /// The key stands for every `kid`: a PEM text has no place for an id.
    package let ignoresKeyIDs: Bool

    package init(_ entries: [Entry]) { (self.entries, ignoresKeyIDs) = (entries, false) }

    private init(_ entries: [Entry], ignoresKeyIDs: Bool) { (self.entries, self.ignoresKeyIDs) = (entries, ignoresKeyIDs) }

    /// The one key of a PEM text, as in `CLERK_JWT_KEY`.
    package init(pem: String) throws(CryptoError) {
        self.init([Entry(keyID: nil, key: try PublicKey(pem: pem))], ignoresKeyIDs: true)
    }

    package var isEmpty: Bool { entries.isEmpty }

    /// Whether a token that was proved by this key would be proved again.
    package func contains(_ key: PublicKey) -> Bool { entries.contains { $0.key == key } }

    /// This set and the keys of another that it lacks, for the time that keys overlap. A rotation may keep the `kid`, so
    /// an id may then stand for two keys.
    package func keeping(_ retired: KeySet) -> KeySet {
        KeySet(entries + retired.entries.filter { !entries.contains($0) }, ignoresKeyIDs: ignoresKeyIDs)
    }
}

extension KeySet.Entry {
    package init(_ keyID: String?, _ key: PublicKey) { (self.keyID, self.key) = (keyID, key) }
}

extension KeySet: Equatable {
    package static func == (a: KeySet, b: KeySet) -> Bool {
        a.ignoresKeyIDs == b.ignoresKeyIDs && Set(a.entries) == Set(b.entries)
    }
}
