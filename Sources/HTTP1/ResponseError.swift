package import HTTP

/// Every way in which an origin's answer can be refused. All of them are the origin's fault, so the client gets 502,
/// and the connection to the origin closes.
package enum ResponseError: Error, Hashable, Sendable {
    case field(FieldError)
    case framing(FramingError)
    case statusLineTooLong(limitBytes: Int)
    /// Not `HTTP-version SP status-code [ SP reason-phrase ]` (RFC 9112 §4).
    case statusLineInvalid
    /// Well formed, and neither HTTP/1.0 nor HTTP/1.1.
    case versionNotSupported
    /// Three digits, but not 100 to 599 (RFC 9110 §15).
    case statusOutOfRange(UInt16)
    /// A 1xx or 204 that announces content (RFC 9110 §8.6, RFC 9112 §6.1): two recipients would frame it differently.
    case contentForbidden(Status)
}
