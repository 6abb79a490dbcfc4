/// What somebody must get: bytes, with gaps where any will do. It matches the beginning of what has come, so that a test
/// knows whether to wait for more.
struct Pattern {
    enum Piece: Equatable {
        case bytes([UInt8])
        /// At least one byte, none of them a line end.
        case anyInLine
        /// Any bytes, as few as possible.
        case anyLines
        /// Chunked content, however it was cut into chunks; without its last chunk where it is only begun.
        case chunked([UInt8], isWhole: Bool)
    }

    enum Outcome: Equatable {
        case matched(count: Int)
        case needMore
        case mismatch
    }

    let pieces: [Piece]

    func match(_ input: [UInt8]) -> Outcome { match(pieces[...], input[...], input.startIndex) }

    private func match(_ pieces: ArraySlice<Piece>, _ input: ArraySlice<UInt8>, _ start: Int) -> Outcome {
        guard let piece = pieces.first else { return .matched(count: input.startIndex - start) }
        let rest = pieces.dropFirst()
        switch piece {
        case .bytes(let bytes):
            let common = zip(bytes, input).prefix { $0 == $1 }.count
            if common == bytes.count { return match(rest, input.dropFirst(common), start) }
            return common == input.count ? .needMore : .mismatch
        case .anyInLine:
            let line = input.prefix { $0 != UInt8(ascii: "\r") && $0 != UInt8(ascii: "\n") }
            return firstMatch(rest, input, start, lengths: 1..<line.count + 1, canGrow: line.count == input.count)
        case .anyLines:
            return firstMatch(rest, input, start, lengths: 0..<input.count + 1, canGrow: true)
        case .chunked(let content, let isWhole):
            switch chunks(content, isWhole: isWhole, input) {
            case .matched(let count): return match(rest, input.dropFirst(count), start)
            case .needMore: return .needMore
            case .mismatch: return .mismatch
            }
        }
    }

    private func firstMatch(
        _ rest: ArraySlice<Piece>, _ input: ArraySlice<UInt8>, _ start: Int, lengths: Range<Int>, canGrow: Bool
    ) -> Outcome {
        var outcome = canGrow ? Outcome.needMore : .mismatch
        for length in lengths {
            switch match(rest, input.dropFirst(length), start) {
            case .matched(let count): return .matched(count: count)
            case .needMore: outcome = .needMore
            case .mismatch: break
            }
        }
        return outcome
    }

    /// Reads chunks (RFC 9112 §7.1) for as long as they hold what is left of the content.
    private func chunks(_ content: [UInt8], isWhole: Bool, _ input: ArraySlice<UInt8>) -> Outcome {
        var (left, rest) = (content[...], input)
        while !left.isEmpty {
            let digits = rest.prefix { $0 != UInt8(ascii: "\r") }
            guard digits.count < rest.count else { return digits.count < 16 ? .needMore : .mismatch }
            guard let size = Int(String(decoding: digits, as: UTF8.self), radix: 16), size > 0, size <= left.count else {
                return .mismatch
            }
            let chunk = Array(digits) + Array("\r\n".utf8) + left.prefix(size) + Array("\r\n".utf8)
            guard rest.starts(with: chunk) else { return chunk.starts(with: rest) ? .needMore : .mismatch }
            left = left.dropFirst(size)
            rest = rest.dropFirst(chunk.count)
        }
        let end = isWhole ? Array("0\r\n\r\n".utf8) : []
        guard rest.starts(with: end) else { return end.starts(with: rest) ? .needMore : .mismatch }
        return .matched(count: input.count - rest.count + end.count)
    }
}
