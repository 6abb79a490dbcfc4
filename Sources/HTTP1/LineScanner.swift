/// Finds one line after another in a head that arrives in pieces. Every call sees all the bytes since the head began;
/// the scanner remembers how far it has looked, so that a head which comes a byte at a time is still read once.
struct LineScanner: Sendable {
    enum Outcome {
        /// A whole line, without its CRLF.
        case line(Range<Int>)
        case needMore
        /// The line, CRLF included, does not end before the limit.
        case tooLong
    }

    /// Where the line that is being looked for begins.
    private(set) var start = 0
    /// No control byte stands between `start` and here.
    private var scanned = 0

    /// The next line of `input`, which must end before `limit`. Nothing behind the limit is looked at, so that the
    /// outcome does not depend on how many bytes have already arrived.
    mutating func next(in input: Span<UInt8>, before limit: Int) throws(FieldError) -> Outcome {
        let end = min(input.count, limit)
        let incomplete = input.count < limit ? Outcome.needMore : .tooLong
        guard scanned < end else { return incomplete }
        scanned = firstControl(in: input, from: scanned, to: end)
        guard scanned < end else { return incomplete }
        switch input[scanned] {
        case UInt8(ascii: "\r"):
            guard scanned + 1 < end else { return incomplete }
            guard input[scanned + 1] == UInt8(ascii: "\n") else { throw .bareCarriageReturn }
            let line = start..<scanned
            start = scanned + 2
            scanned = start
            return .line(line)
        case UInt8(ascii: "\n"): throw .bareLineFeed
        case let byte: throw .control(byte)
        }
    }
}
