package import HTTP

/// Every way in which the head of a request can be refused. After any of them the connection closes, because
/// nobody can tell where the next message begins.
package enum RequestError: Error, Hashable, Sendable {
    case field(FieldError)
    case framing(FramingError)

    /// More than the one empty line that RFC 9112 §2.2 tolerates before a request line.
    case emptyRequestLine
    case requestLineTooLong(limitBytes: Int)
    /// Not `method SP request-target SP HTTP-version` with single spaces (RFC 9112 §3).
    case requestLineInvalid
    /// A byte in the method that is not a `tchar`.
    case methodCharacter(UInt8)
    /// Not of the form `HTTP/` DIGIT `.` DIGIT.
    case versionInvalid
    /// Well formed, and neither HTTP/1.0 nor HTTP/1.1.
    case versionNotSupported
    case connectNotSupported

    /// A byte in the target that RFC 3986 gives no place there.
    case targetCharacter(UInt8)
    /// None of the forms of RFC 9112 §3.2 that this method may use.
    case targetForm
    /// Absolute-form with a scheme other than http or https.
    case targetScheme
    /// Absolute-form whose authority is not `host [":" port]`; user information is refused with it (RFC 9110 §4.2.4).
    case targetAuthority

    case hostMissing
    case hostRepeated
    /// Not `uri-host [":" port]`, or empty.
    case hostInvalid
    /// Host and an absolute-form target name two authorities (RFC 9112 §3.2.2).
    case hostContradictsTarget

    /// An expectation other than `100-continue` (RFC 9110 §10.1.1).
    case expectationUnknown

    /// The answer that RFC 9110 and RFC 9112 give to each.
    package var status: Status {
        switch self {
        case .field(.sectionTooLarge), .field(.tooManyFields), .field(.tooManyConnectionOptions): .requestHeaderFieldsTooLarge
        case .requestLineTooLong: .uriTooLong
        case .framing(.transferCodingUnknown), .connectNotSupported: .notImplemented
        case .versionNotSupported: .httpVersionNotSupported
        case .expectationUnknown: .expectationFailed
        case .field, .framing, .emptyRequestLine, .requestLineInvalid, .methodCharacter, .versionInvalid, .targetCharacter,
            .targetForm, .targetScheme, .targetAuthority, .hostMissing, .hostRepeated, .hostInvalid, .hostContradictsTarget:
            .badRequest
        }
    }
}
