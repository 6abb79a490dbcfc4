/// Takes the chunked transfer coding off (RFC 9112 §7.1): says which bytes of the input are content, and drops chunk
/// extensions and the trailer section after checking them. It keeps no bytes, so the input may be let go after each
/// step, and split anywhere.
///
///             ┌──────────────────────────── dataEnd ◄─ data ◄─┐
///             ▼                            CR   LF             │ size > 0
///     size ─ digits ─┬─────────────────► sizeLineFeed ─────────┤
///                    └─► white space ─► extension ─►┘          │ size = 0
///                                                              ▼
///     finished ◄─ lastLineFeed ◄─ CR ─ trailerStart ◄───────────┘
///                                        │   ▲
///                                        ▼   │ CRLF
///                              trailerName ─ trailerValue ─ trailerLineFeed
///
/// Every arrow is one exact byte or one class of bytes. A CR or LF that stands alone is an error in every state:
/// where an extension ends has been the way in for a second request (CVE-2025-22871, CVE-2025-55315).
package struct ChunkedDecoder: Sendable {
    private enum State: Hashable {
        case size(digits: Int)
        case sizeWhiteSpace
        case `extension`
        case sizeLineFeed
        case data
        case dataCarriageReturn
        case dataLineFeed
        case trailerStart
        case trailerName
        case trailerValue
        case trailerLineFeed
        case lastLineFeed
        case finished
    }

    private var state = State.size(digits: 0)
    /// The size of the chunk while its line is read, then what is left of its data.
    private var remaining: Int64 = 0
    private var extensionBytes = 0
    private var trailerBytes = 0
    /// How many trailer fields were dropped.
    package private(set) var trailerCount = 0
    private let limits: ChunkLimits

    package init(limits: ChunkLimits = ChunkLimits()) { self.limits = limits }

    package mutating func decode(_ input: Span<UInt8>) throws(ChunkError) -> ContentStep {
        var index = 0
        while state != .finished {
            guard index < input.count else { return .needMore }
            if state == .data {
                let end = index + Int(min(remaining, Int64(input.count - index)))
                remaining -= Int64(end - index)
                if remaining == 0 { state = .dataCarriageReturn }
                return .content(index..<end)
            }
            state = try next(after: input[index])
            index += 1
        }
        return .finished(consumed: index)
    }

    private mutating func next(after byte: UInt8) throws(ChunkError) -> State {
        switch state {
        case .size(let digits): return try sizeReceived(byte, digits: digits)
        case .sizeWhiteSpace:
            // BWS, which RFC 9112 §7.1.1 makes a recipient take before the semicolon, and nowhere else.
            if byte == UInt8(ascii: ";") { return try extensionReceived(byte) }
            guard byte.isWhiteSpace else { throw .sizeCharacter(byte) }
            return try extensionReceived(byte, then: .sizeWhiteSpace)
        case .extension: return try extensionReceived(byte)
        case .sizeLineFeed:
            guard byte == UInt8(ascii: "\n") else { throw .lineFeedExpected(byte) }
            return remaining == 0 ? .trailerStart : .data
        case .data, .finished: preconditionFailure("no single byte is read here")
        case .dataCarriageReturn:
            guard byte == UInt8(ascii: "\r") else { throw .dataEndExpected(byte) }
            return .dataLineFeed
        case .dataLineFeed:
            guard byte == UInt8(ascii: "\n") else { throw .lineFeedExpected(byte) }
            return .size(digits: 0)
        case .trailerStart, .trailerName, .trailerValue, .trailerLineFeed, .lastLineFeed:
            do throws(FieldError) {
                return try trailerReceived(byte)
            } catch {
                throw .trailer(error)
            }
        }
    }

    /// `1*HEXDIG`, then the end of the line or an extension. Zeros in front count: nobody pads a size past 64 bits.
    private mutating func sizeReceived(_ byte: UInt8, digits: Int) throws(ChunkError) -> State {
        if let digit = byte.hexValue {
            guard digits < 16, remaining <= Int64.max >> 4 else { throw .sizeTooLarge }
            remaining = remaining << 4 | Int64(digit)
            return .size(digits: digits + 1)
        }
        guard digits > 0 else { throw .sizeCharacter(byte) }
        switch byte {
        case UInt8(ascii: "\r"): return .sizeLineFeed
        case UInt8(ascii: ";"): return try extensionReceived(byte)
        case UInt8(ascii: " "), UInt8(ascii: "\t"): return try extensionReceived(byte, then: .sizeWhiteSpace)
        default: throw .sizeCharacter(byte)
        }
    }

    /// A byte of an extension. What it says is not looked at, because it is not forwarded.
    private mutating func extensionReceived(_ byte: UInt8, then state: State = .extension) throws(ChunkError) -> State {
        if byte == UInt8(ascii: "\r") { return .sizeLineFeed }
        guard !byte.isControl else { throw .extensionControl(byte) }
        extensionBytes += 1
        guard extensionBytes <= limits.extensionBytes else { throw .extensionsTooLarge(limitBytes: limits.extensionBytes) }
        return state
    }

    /// A byte behind the last chunk: field lines as strict as those of a head (RFC 9112 §7.1.2), then an empty line.
    private mutating func trailerReceived(_ byte: UInt8) throws(FieldError) -> State {
        trailerBytes += 1
        guard trailerBytes <= limits.trailerBytes else { throw .sectionTooLarge(limitBytes: limits.trailerBytes) }
        switch (state, byte) {
        case (.lastLineFeed, UInt8(ascii: "\n")): return .finished
        case (.trailerLineFeed, UInt8(ascii: "\n")): return .trailerStart
        case (.lastLineFeed, _), (.trailerLineFeed, _): throw .bareCarriageReturn
        case (_, UInt8(ascii: "\n")): throw .bareLineFeed
        case (.trailerStart, UInt8(ascii: "\r")): return .lastLineFeed
        case (.trailerStart, UInt8(ascii: ":")): throw .emptyName
        case (.trailerStart, UInt8(ascii: " ")), (.trailerStart, UInt8(ascii: "\t")): throw .foldedLine
        case (.trailerName, UInt8(ascii: "\r")): throw .missingColon
        case (.trailerName, UInt8(ascii: ":")): return .trailerValue
        case (.trailerName, UInt8(ascii: " ")), (.trailerName, UInt8(ascii: "\t")): throw .whiteSpaceBeforeColon
        case (.trailerValue, UInt8(ascii: "\r")): return .trailerLineFeed
        case (_, let byte) where byte.isControl: throw .control(byte)
        case (.trailerValue, _): return .trailerValue
        case (_, let byte) where !byte.isTokenCharacter: throw .nameCharacter(byte)
        case (.trailerName, _): return .trailerName
        default:
            trailerCount += 1
            guard trailerCount <= limits.trailerCount else { throw .tooManyFields(limit: limits.trailerCount) }
            return .trailerName
        }
    }
}
