package import Crypto
package import Telemetry

/// A token whose signature has been checked with a key of ours. Only `TokenVerifier`, below, can make one. Its dates, its
/// issuer and its audience have not been looked at: that is for who knows what they must be.
package struct VerifiedToken: Sendable {
    private let token: UnverifiedToken
    /// The key that proved it; `nil` for a shared secret.
    package let key: PublicKey?

    fileprivate init(proved token: UnverifiedToken, by key: PublicKey?) { (self.token, self.key) = (token, key) }

    package var header: TokenHeader { token.header }
    package var claims: Claims { token.unverifiedClaims }
    /// The token as it came.
    package var text: [UInt8] { token.text }
}

/// What a check of a signature came to.
package enum SignatureVerdict: Sendable {
    case verified(VerifiedToken)
    /// No key has the token's `kid`. It never falls back to another key.
    case unknownKey
    case badSignature
    /// The key is for another algorithm than the header names: RFC 8725 §3.1.
    case algorithmMismatch
}

/// Checks tokens with one key, which is for one algorithm, on one thread.
package final class TokenVerifier {
    private enum Check {
        case signature(SignatureVerifier)
        case code(HMACKey)
    }

    package let algorithm: TokenAlgorithm
    private let check: Check

    package init(_ key: PublicKey) throws(CryptoError) {
        algorithm = .signature(key.parameters.algorithm)
        check = .signature(try SignatureVerifier(key))
    }

    /// HS256 with a shared secret.
    package init(_ secret: Secret) throws(CryptoError) {
        algorithm = .hs256
        check = .code(try HMACKey(secret))
    }

    package func verify(_ token: UnverifiedToken) -> SignatureVerdict {
        guard token.header.algorithm == algorithm else { return .algorithmMismatch }
        switch check {
        case .signature(let verifier):
            guard token.withSignature({ verifier.verify(signature: $0, of: $1) }) else { return .badSignature }
            return .verified(VerifiedToken(proved: token, by: verifier.key))
        case .code(let key):
            guard token.withSignature({ key.isValid(code: $0, of: $1) }) else { return .badSignature }
            return .verified(VerifiedToken(proved: token, by: nil))
        }
    }
}
