package import HTTP

/// How far a parser came with the bytes it was given.
package enum ParseStep: Hashable, Sendable {
    /// All the bytes are fine so far, and the head is not complete: call again with them and more.
    case needMore
    /// The head is complete and took this many bytes; what follows them is content or the next message.
    case head(length: Int)
}

/// Reads request heads (RFC 9112 §2–§3, §5–§6), one after another on one connection. It refuses whatever two parsers
/// could read differently, and it neither repairs nor guesses.
///
/// Each call is given all the bytes since the head began. Lines are checked as they become complete, so that a head
/// which comes in pieces is read once and a bad one is refused at its first bad line. After an error the parser and the
/// head are of no more use: the connection closes.
package struct RequestParser: Sendable {
    private enum Expecting { case requestLine, fieldLine }

    private var expecting = Expecting.requestLine
    private var lines = LineScanner()
    /// Where the request line begins: behind the empty line that RFC 9112 §2.2 tolerates.
    private var base = 0
    private var sectionStart = 0

    package init() {}

    package mutating func parse(
        _ input: Span<UInt8>, into head: RequestHead, limits: HeadLimits
    ) throws(RequestError) -> ParseStep {
        if expecting == .requestLine {
            guard try readRequestLine(input, into: head, limits: limits) else { return .needMore }
        }
        guard try readFieldLines(input, into: head, limits: limits) else { return .needMore }
        let length = lines.start
        head.section.bytes.append(copying: input.extracting(base..<length))
        try head.completeFromFields()
        self = RequestParser()
        return .head(length: length)
    }

    private mutating func readRequestLine(
        _ input: Span<UInt8>, into head: RequestHead, limits: HeadLimits
    ) throws(RequestError) -> Bool {
        while true {
            let limit = lines.start + limits.startLineBytes + 2
            switch try nextLine(of: input, before: limit) {
            case .needMore: return false
            case .tooLong: throw .requestLineTooLong(limitBytes: limits.startLineBytes)
            case .line(let line) where line.isEmpty:
                guard base == 0 else { throw .emptyRequestLine }
                base = lines.start
            case .line(let line):
                sectionStart = lines.start
                expecting = .fieldLine
                try head.begin(RequestLine(parsing: line, of: input), of: input, base: base)
                return true
            }
        }
    }

    private mutating func readFieldLines(
        _ input: Span<UInt8>, into head: RequestHead, limits: HeadLimits
    ) throws(RequestError) -> Bool {
        do throws(FieldError) {
            return try head.section.readLines(of: input, with: &lines, from: sectionStart, base: base, limits: limits)
        } catch {
            throw .field(error)
        }
    }

    private mutating func nextLine(of input: Span<UInt8>, before limit: Int) throws(RequestError) -> LineScanner.Outcome {
        do throws(FieldError) {
            return try lines.next(in: input, before: limit)
        } catch {
            throw .field(error)
        }
    }
}
