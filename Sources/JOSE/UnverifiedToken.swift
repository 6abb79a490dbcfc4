internal import Crypto

/// A token in the compact serialization (RFC 7515 §7.1), taken apart. Nothing of it has been proved: what it says may choose a
/// verifier and nothing else.
package struct UnverifiedToken: Sendable {
    package let header: TokenHeader
    /// For the choice of a verifier, by `iss`.
    package let unverifiedClaims: Claims
    let signature: [UInt8]
    /// The text of header and payload with the dot between them: what was signed.
    let signingInput: [UInt8]

    package init(_ text: Span<UInt8>) throws(TokenError) {
        guard text.count <= TokenLimits.tokenBytes else { throw .tooLarge(bytesMax: TokenLimits.tokenBytes) }
        let (header, payload, signature) = try Self.parts(of: text)
        guard let headerJSON = Base64.decodeURL(text, header) else { throw .invalidEncoding(.header) }
        guard let payloadJSON = Base64.decodeURL(text, payload) else { throw .invalidEncoding(.payload) }
        guard let signatureBytes = Base64.decodeURL(text, signature) else { throw .invalidEncoding(.signature) }
        self.header = try TokenHeader(parsing: headerJSON)
        unverifiedClaims = try Claims(parsing: payloadJSON)
        self.signature = signatureBytes
        signingInput = [UInt8](capacity: payload.upperBound) { output in
            for index in 0..<payload.upperBound { output.append(text[index]) }
        }
    }

    package init(_ text: String) throws(TokenError) { try self.init(Array(text.utf8).span) }

    private static func parts(of text: Span<UInt8>) throws(TokenError) -> (Range<Int>, Range<Int>, Range<Int>) {
        var (first, second) = (-1, -1)
        for index in 0..<text.count where text[index] == UInt8(ascii: ".") {
            if first < 0 {
                first = index
            } else if second < 0 {
                second = index
            } else {
                throw .notCompact
            }
        }
        // An empty signature is how an unsigned token looks: RFC 7519 §6.
        guard first > 0, second > first + 1, second < text.count - 1 else { throw .notCompact }
        return (0..<first, first + 1..<second, second + 1..<text.count)
    }
}
