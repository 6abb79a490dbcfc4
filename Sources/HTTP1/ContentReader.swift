package import HTTP

/// Reads the content of one message, however it is framed (RFC 9112 §6.3, §7, §8), so that a relay has one loop: ask
/// for the next content, forward it in the framing of the other side, until finished.
///
///     reading(length) ─┐
///     reading(chunks) ─┼─► finished
///     untilClose ──────┘      (only `connectionClosed` ends this one)
package struct ContentReader: Sendable {
    private enum State {
        case length(remaining: Int64)
        case chunked(ChunkedDecoder)
        case untilClose
        case finished
    }

    /// Whose the bytes behind the end of the content are.
    package enum Excess: Sendable {
        /// The next request of a client that pipelines.
        case nextMessage
        /// Nobody's: an origin speaks only when asked.
        case refused
    }

    private var state: State
    private let excess: Excess
    /// How much content has been read, without what chunks add to it.
    package private(set) var contentBytes: Int64 = 0
    /// How many trailer fields were dropped.
    package private(set) var trailerCount = 0

    package init(_ framing: MessageFraming, excess: Excess, limits: ChunkLimits = ChunkLimits()) {
        self.excess = excess
        state =
            switch framing {
            case .empty, .length(0): .finished
            case .length(let length): .length(remaining: length)
            case .chunked: .chunked(ChunkedDecoder(limits: limits))
            case .untilClose: .untilClose
            }
    }

    package var isFinished: Bool {
        if case .finished = state { true } else { false }
    }

    /// What the next bytes of the message are; the input begins behind what the last step dealt with.
    package mutating func next(in input: Span<UInt8>) throws(ContentError) -> ContentStep {
        switch state {
        case .finished: return try finish(consumed: 0, of: input)
        case .untilClose: return input.isEmpty ? .needMore : content(0..<input.count)
        case .length(let remaining):
            guard !input.isEmpty else { return .needMore }
            let count = Int(min(remaining, Int64(input.count)))
            state = remaining == Int64(count) ? .finished : .length(remaining: remaining - Int64(count))
            return content(0..<count)
        case .chunked(var decoder):
            let step: ContentStep
            do throws(ChunkError) {
                step = try decoder.decode(input)
            } catch {
                throw .chunk(error)
            }
            state = .chunked(decoder)
            trailerCount = decoder.trailerCount
            switch step {
            case .content(let range): return content(range)
            case .needMore: return .needMore
            case .finished(let consumed): return try finish(consumed: consumed, of: input)
            }
        }
    }

    /// The peer closed its side. That is how content ends when nothing else delimits it, and a loss otherwise.
    package mutating func connectionClosed() throws(ContentError) {
        switch state {
        case .finished: return
        case .untilClose: state = .finished
        case .length, .chunked: throw .incomplete
        }
    }

    private mutating func content(_ range: Range<Int>) -> ContentStep {
        contentBytes += Int64(range.count)
        return .content(range)
    }

    private mutating func finish(consumed: Int, of input: Span<UInt8>) throws(ContentError) -> ContentStep {
        state = .finished
        guard excess == .nextMessage || consumed == input.count else { throw .excess(bytes: input.count - consumed) }
        return .finished(consumed: consumed)
    }
}
