import Crypto
import JOSE
import Telemetry

/// The keys and tokens that the tests of this module share.
enum Tokens {
    static let rsa = try! PrivateKey(generating: .rs256)
    static let otherRSA = try! PrivateKey(generating: .rs256)
    static let p256 = try! PrivateKey(generating: .es256)
    static let ed25519 = try! PrivateKey(generating: .edDSA)
    static let secret = Secret("a secret of at least thirty-two bytes")

    static func keys(_ keys: (String?, PrivateKey)...) -> KeySet { KeySet(keys.map { KeySet.Entry($0.0, $0.1.publicKey) }) }

    /// A token with this header and these claims, signed by `rsa` whatever the header says.
    static func signed(_ header: String, _ claims: String = #"{"sub":"user_1"}"#) throws -> UnverifiedToken {
        try UnverifiedToken(signedText(header, claims))
    }

    static func signedText(_ header: String, _ claims: String = #"{"sub":"user_1"}"#) throws -> String {
        try TokenSigner(rsa, keyID: nil).sign(header: Array(header.utf8), claims: Array(claims.utf8)).exposeText()
    }

    /// A text of three parts with a signature that means nothing.
    static func text(_ header: String, _ claims: String = "{}") -> String {
        "\(Base64.encodeURL(Array(header.utf8))).\(Base64.encodeURL(Array(claims.utf8))).AAAA"
    }
}

extension SignatureVerdict {
    var name: String {
        switch self {
        case .verified: "verified"
        case .unknownKey: "unknownKey"
        case .badSignature: "badSignature"
        case .algorithmMismatch: "algorithmMismatch"
        }
    }

    var verified: VerifiedToken? {
        guard case .verified(let token) = self else { return nil }
        return token
    }
}

func tokenError(_ text: String) -> TokenError? {
    do { _ = try UnverifiedToken(text) } catch { return error }
    return nil
}
