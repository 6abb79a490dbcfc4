package import JSON

/// Why a text is no token that anybody here could verify. None of it says anything about a signature.
package enum TokenError: Error, Hashable, Sendable {
    package enum Part: Hashable, Sendable { case header, payload, signature }

    /// Not three parts between dots: RFC 7515 §7.1.
    case notCompact
    case tooLarge(bytesMax: Int)
    /// Not base64url without padding: RFC 7515 §2.
    case invalidEncoding(Part)
    /// Not a JSON object, or one that two readers could read differently.
    case invalidJSON(Part, JSONError)
    /// `none`, or an algorithm that is not understood: RFC 8725 §3.1.
    case unsupportedAlgorithm
    /// RFC 7515 §4.1.11: extensions that must be understood, and none is.
    case criticalExtension
    /// A member of the header has the wrong type, or is too long.
    case invalidHeader(String)
}

extension TokenError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notCompact: "it is not three parts between dots"
        case .tooLarge(let bytesMax): "it is larger than \(bytesMax) bytes"
        case .invalidEncoding(let part): "its \(part) is not base64url without padding"
        case .invalidJSON(let part, let error): "its \(part) is not acceptable JSON: \(error)"
        case .unsupportedAlgorithm: "its algorithm is none of RS256, ES256, EdDSA and HS256"
        case .criticalExtension: "its header asks for extensions (crit, b64)"
        case .invalidHeader(let name): "the member \(name) of its header is not a short printable text"
        }
    }
}
