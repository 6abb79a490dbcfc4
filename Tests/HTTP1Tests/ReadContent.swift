import HTTP

@testable import HTTP1

/// What a reader took from some bytes.
struct ReadContent: Equatable {
    var content: [UInt8] = []
    /// Bytes behind the end of the message; `nil` while it is not complete.
    var rest: Int?
    var trailerCount = 0
}

/// Reads content that comes in the given pieces.
func readContent(
    _ framing: MessageFraming, _ pieces: [[UInt8]], limits: ChunkLimits = ChunkLimits()
) throws(ContentError) -> ReadContent {
    var reader = ContentReader(framing, limits: limits)
    var result = ReadContent()
    var behind = 0
    for piece in pieces {
        if result.rest != nil {
            behind += piece.count
            continue
        }
        var offset = 0
        reading: while true {
            let input = piece.span.extracting(offset..<piece.count)
            switch try reader.next(in: input) {
            case .content(let range):
                for index in range { result.content.append(input[index]) }
                offset += range.upperBound
            case .needMore: break reading
            case .finished(let consumed):
                result.rest = piece.count - offset - consumed
                break reading
            }
        }
    }
    if let rest = result.rest { result.rest = rest + behind }
    result.trailerCount = reader.trailerCount
    return result
}
