internal import JSON

/// What is read of a JOSE header. Members that name a key (`jwk`, `jku`, `x5u`, `x5c`) are never looked at, because a key that
/// comes with the token proves nothing: CVE-2018-0114.
package struct TokenHeader: Hashable, Sendable {
    package let algorithm: TokenAlgorithm
    /// `kid`: at most 128 printable ASCII characters, so that it may appear in a log.
    package let keyID: String?
    /// `typ`, as written.
    package let type: String?
    /// `cat`, Clerk's word for the class of a token.
    package let category: String?

    init(parsing json: [UInt8]) throws(TokenError) {
        let text = json.span
        let index: JSONObjectIndex
        do { index = try JSONObjectIndex(text, limits: TokenLimits.header) } catch { throw .invalidJSON(.header, error) }
        // RFC 7515 §4.1.11 and RFC 7797 §3: `crit` lists what must be understood, and `b64` changes what is signed.
        guard !index.contains("crit", in: text), !index.contains("b64", in: text) else { throw .criticalExtension }
        guard let name = try Self.string("alg", index, text), let algorithm = TokenAlgorithm(name: name) else {
            throw .unsupportedAlgorithm
        }
        self.algorithm = algorithm
        keyID = try Self.string("kid", index, text)
        type = try Self.string("typ", index, text)
        category = try Self.string("cat", index, text)
    }

    private static func string(_ name: String, _ index: JSONObjectIndex, _ text: Span<UInt8>) throws(TokenError) -> String? {
        guard let value = index.value(name, in: text) else { return nil }
        guard case .string(let literal) = value else { throw .invalidHeader(name) }
        let string = literal.string(in: text)
        guard (1...TokenLimits.keyIDBytes).contains(string.utf8.count), string.utf8.allSatisfy({ (0x20...0x7E).contains($0) })
        else {
            throw .invalidHeader(name)
        }
        return string
    }
}
