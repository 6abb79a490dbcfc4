package import Crypto

/// The algorithms of a token's header that are understood. Which one counts is the key's matter, never the token's.
package enum TokenAlgorithm: Hashable, Sendable {
    case hs256
    case signature(SignatureAlgorithm)

    package init?(name: String) {
        if name == "HS256" {
            self = .hs256
        } else if let algorithm = SignatureAlgorithm(rawValue: name) {
            self = .signature(algorithm)
        } else {
            return nil
        }
    }

    /// The name in RFC 7518 and RFC 8037.
    package var name: String {
        switch self {
        case .hs256: "HS256"
        case .signature(let algorithm): algorithm.rawValue
        }
    }
}
