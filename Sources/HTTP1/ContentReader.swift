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

    private var state: State
    /// How many trailer fields were dropped.
    package private(set) var trailerCount = 0

    package init(_ framing: MessageFraming, limits: ChunkLimits = ChunkLimits()) {
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
        case .finished: return finish(consumed: 0)
        case .untilClose: return input.isEmpty ? .needMore : .content(0..<input.count)
        case .length(let remaining):
            guard !input.isEmpty else { return .needMore }
            let count = Int(min(remaining, Int64(input.count)))
            state = remaining == Int64(count) ? .finished : .length(remaining: remaining - Int64(count))
            return .content(0..<count)
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
            case .content(let range): return .content(range)
            case .needMore: return .needMore
            case .finished(let consumed): return finish(consumed: consumed)
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

    /// The bytes behind the end are the next message's.
    private mutating func finish(consumed: Int) -> ContentStep {
        state = .finished
        return .finished(consumed: consumed)
    }
}
