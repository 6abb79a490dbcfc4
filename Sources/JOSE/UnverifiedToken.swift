internal import Crypto

/// A token in the compact serialization (RFC 7515 §7.1), taken apart. Nothing of it has been proved: what it says may choose a
/// verifier and nothing else.
package final class UnverifiedToken: Sendable {
    package let header: TokenHeader
    /// For the choice of a verifier, by `iss`.
    package let unverifiedClaims: Claims
    /// The token as it came.
    package let text: [UInt8]
    /// The payload and then the signature, decoded.
    private let decoded: [UInt8]
    private let headerEnd: Int
    /// Header and payload with the dot between them, at the beginning of `text`: what was signed.
    private let signingInput: Range<Int>

    /// - Parameter other: a token whose header need not be read again if this one has the same.
    package init(_ text: Span<UInt8>, after other: UnverifiedToken? = nil) throws(TokenError) {
        guard text.count <= TokenLimits.tokenBytes else { throw .tooLarge(bytesMax: TokenLimits.tokenBytes) }
        let (header, payload, signature) = try Self.parts(of: text)
        if let other, other.hasHeader(text.extracting(header)) {
            self.header = other.header
        } else {
            var json: [UInt8] = []
            guard Base64.decodeURL(text, header, appendingTo: &json) else { throw .invalidEncoding(.header) }
            self.header = try TokenHeader(parsing: json)
        }
        var decoded: [UInt8] = []
        decoded.reserveCapacity(text.count)
        guard Base64.decodeURL(text, payload, appendingTo: &decoded) else { throw .invalidEncoding(.payload) }
        let payloadCount = decoded.count
        guard Base64.decodeURL(text, signature, appendingTo: &decoded) else { throw .invalidEncoding(.signature) }
        unverifiedClaims = try Claims(parsing: decoded, count: payloadCount)
        self.decoded = decoded
        self.text = [UInt8](copying: text)
        (headerEnd, signingInput) = (header.upperBound, 0..<payload.upperBound)
    }

    /// What `body` makes of the signature and of what was signed.
    func withSignature<Answer>(_ body: (_ signature: Span<UInt8>, _ message: Span<UInt8>) -> Answer) -> Answer {
        let (decoded, text) = (self.decoded, self.text)
        return body(decoded.span.extracting(unverifiedClaims.count..<decoded.count), text.span.extracting(signingInput))
    }

    /// Whether the token came as exactly this text.
    func isText(_ other: Span<UInt8>) -> Bool {
        let text = self.text
        return sameBytes(text.span, other)
    }

    private func hasHeader(_ other: Span<UInt8>) -> Bool {
        let text = self.text
        return sameBytes(text.span.extracting(0..<headerEnd), other)
    }

    package convenience init(_ text: String) throws(TokenError) { try self.init(Array(text.utf8).span) }

    private static func parts(of text: Span<UInt8>) throws(TokenError) -> (Range<Int>, Range<Int>, Range<Int>) {
        let dot = UInt8(ascii: ".")
        guard let first = firstIndex(of: dot, in: text, from: 0), let second = firstIndex(of: dot, in: text, from: first + 1),
            firstIndex(of: dot, in: text, from: second + 1) == nil
        else { throw .notCompact }
        // An empty signature is how an unsigned token looks: RFC 7519 §6.
        guard first > 0, second > first + 1, second < text.count - 1 else { throw .notCompact }
        return (0..<first, first + 1..<second, second + 1..<text.count)
    }
}
