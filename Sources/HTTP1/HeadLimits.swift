/// How large a message head may be. Each limit is counted from the bytes alone, never from how they arrived, so that
/// a head is refused or accepted whatever the reads looked like.
package struct HeadLimits: Sendable, Equatable {
    /// The request line or status line, without its CRLF.
    package let startLineBytes: Int
    /// The field section: every field line with its CRLF, and the empty line behind them.
    package let sectionBytes: Int
    package let fieldCount: Int

    package init(requestLineBytes: Int, headerBytes: Int, headerCount: Int) {
        startLineBytes = requestLineBytes
        sectionBytes = headerBytes
        fieldCount = headerCount
    }

    package init(statusLineBytes: Int, headerBytes: Int, headerCount: Int) {
        self.init(requestLineBytes: statusLineBytes, headerBytes: headerBytes, headerCount: headerCount)
    }

    /// The most that one message may name in its Connection fields. Each field line that is forwarded is compared
    /// with each of these names, so their number must not grow with the head.
    static let connectionOptionsMax = 32
}
