/// What is wrong with a chunked message (RFC 9112 §7.1).
package enum ChunkError: Error, Hashable, Sendable {
    /// A byte where a chunk size must begin or go on.
    case sizeCharacter(UInt8)
    /// More than sixteen digits, or more than 2⁶³ − 1.
    case sizeTooLarge
    /// A control byte in a chunk extension.
    case extensionControl(UInt8)
    case extensionsTooLarge(limitBytes: Int)
    /// A byte where the line feed of a CRLF must stand.
    case lineFeedExpected(UInt8)
    /// A byte behind a chunk's data where its CRLF must begin.
    case dataEndExpected(UInt8)
    case trailer(FieldError)
}

/// How much may come with the chunks of one message beside its content.
package struct ChunkLimits: Sendable, Equatable {
    /// Chunk extensions of the whole message. Nobody uses them, and a byte of content with a kilobyte of extension
    /// costs us a thousand times what it shows in the count of content (CVE-2023-39326).
    package var extensionBytes = 4_096
    /// The trailer section, which is dropped: enough for a checksum and a signature.
    package var trailerBytes = 8_192
    package var trailerCount = 32

    package init() {}
}
