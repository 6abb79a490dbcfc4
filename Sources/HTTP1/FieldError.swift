/// What is wrong with a line of a message head or of a trailer section (RFC 9112 §2.2, §5).
package enum FieldError: Error, Hashable, Sendable {
    /// A line that ends in LF alone. RFC 9112 §2.2 lets a recipient take it; two that differ on it disagree about framing.
    case bareLineFeed
    /// A CR that no LF follows.
    case bareCarriageReturn
    /// A control byte, NUL and DEL included; only HTAB may stand in a value (RFC 9110 §5.5).
    case control(UInt8)
    /// A line that begins with white space: the obsolete folding (RFC 9112 §5.2), or white space behind the start line (§2.2).
    case foldedLine
    case whiteSpaceBeforeColon
    case missingColon
    case emptyName
    /// A byte in a name that is not a `tchar` (RFC 9110 §5.6.2).
    case nameCharacter(UInt8)
    case sectionTooLarge(limitBytes: Int)
    case tooManyFields(limit: Int)
    /// Connection names more options than any honest sender has.
    case tooManyConnectionOptions(limit: Int)
}

/// Why the end of a message cannot be told, or could be told in two ways (RFC 9112 §6).
package enum FramingError: Error, Hashable, Sendable {
    /// Several Content-Length lines, equal or not. RFC 9112 §6.3 lets a recipient accept equal ones; we do not.
    case contentLengthRepeated
    /// Anything but digits: a list, a sign, a space within, nothing at all.
    case contentLengthInvalid
    /// More than 2⁶³ − 1.
    case contentLengthTooLarge
    /// Both Content-Length and Transfer-Encoding (RFC 9112 §6.3: an attempt at request smuggling, or an error).
    case bothLengths
    /// Several Transfer-Encoding lines, `chunked` twice, or a coding behind `chunked`.
    case transferCodingInvalid
    /// A coding that is not `chunked`: RFC 9112 §6.1 answers it with 501.
    case transferCodingUnknown
    /// HTTP/1.0 has no transfer codings; such a message has faulty framing (RFC 9112 §6.1).
    case transferCodingInHTTP10
}
