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

    func match(_ input: [UInt8]) -> Outcome {
        var matcher = Matcher(pieces: pieces, input: input)
        return matcher.match(piece: 0, at: 0)
    }
}

/// Holds one input against the pieces. Where a piece was tried once its outcome is kept: otherwise each gap would try again
/// all that the gaps behind it have tried, and an answer that is no match would keep the test for hours.
private struct Matcher {
    let pieces: [Pattern.Piece]
    let input: [UInt8]
    private var known: [Place: Pattern.Outcome] = [:]

    private struct Place: Hashable {
        let piece: Int
        let index: Int
    }

    init(pieces: [Pattern.Piece], input: [UInt8]) { (self.pieces, self.input) = (pieces, input) }

    mutating func match(piece number: Int, at index: Int) -> Pattern.Outcome {
        guard number < pieces.count else { return .matched(count: index) }
        let place = Place(piece: number, index: index)
        if let known = known[place] { return known }
        let outcome = outcome(of: pieces[number], number, input[index...])
        known[place] = outcome
        return outcome
    }

    private mutating func outcome(of piece: Pattern.Piece, _ number: Int, _ rest: ArraySlice<UInt8>) -> Pattern.Outcome {
        switch piece {
        case .bytes(let bytes):
            let common = zip(bytes, rest).prefix { $0 == $1 }.count
            if common == bytes.count { return match(piece: number + 1, at: rest.startIndex + common) }
            return common == rest.count ? .needMore : .mismatch
        case .anyInLine:
            let line = rest.prefix { $0 != UInt8(ascii: "\r") && $0 != UInt8(ascii: "\n") }
            return firstMatch(after: number, ends: rest.startIndex + 1..<line.endIndex + 1, canGrow: line.count == rest.count)
        case .anyLines:
            return firstMatch(after: number, ends: rest.startIndex..<rest.endIndex + 1, canGrow: true)
        case .chunked(let content, let isWhole):
            switch chunks(content, isWhole: isWhole, rest) {
            case .matched(let count): return match(piece: number + 1, at: rest.startIndex + count)
            case .needMore: return .needMore
            case .mismatch: return .mismatch
            }
        }
    }

    /// - Parameter ends: where the gap may end.
    private mutating func firstMatch(after number: Int, ends: Range<Int>, canGrow: Bool) -> Pattern.Outcome {
        var outcome = canGrow ? Pattern.Outcome.needMore : .mismatch
        for end in ends {
            switch match(piece: number + 1, at: end) {
            case .matched(let count): return .matched(count: count)
            case .needMore: outcome = .needMore
            case .mismatch: break
            }
        }
        return outcome
    }

    /// Reads chunks (RFC 9112 §7.1) for as long as they hold what is left of the content.
    private func chunks(_ content: [UInt8], isWhole: Bool, _ input: ArraySlice<UInt8>) -> Pattern.Outcome {
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
