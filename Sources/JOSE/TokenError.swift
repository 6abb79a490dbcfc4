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
