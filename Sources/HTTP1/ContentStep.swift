/// What the next bytes of a message are.
package enum ContentStep: Hashable, Sendable {
    /// Content stands here in the input. Everything up to the end of the range is dealt with; ask again with the rest.
    case content(Range<Int>)
    /// All of the input is dealt with, and the message goes on.
    case needMore
    /// The message ended; the bytes behind `consumed` are not its own.
    case finished(consumed: Int)
}

/// Why content cannot be taken as a message's.
package enum ContentError: Error, Hashable, Sendable {
    case chunk(ChunkError)
    /// The connection closed before the content was complete (RFC 9112 §8).
    case incomplete
}
