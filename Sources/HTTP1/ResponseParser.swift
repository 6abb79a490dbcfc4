package import HTTP

/// Reads the heads of an origin's answers (RFC 9112 §4–§6), as strictly as `RequestParser` reads a client's: an answer
/// that can be framed in two ways lets one client read what another was sent.
///
/// Each call is given all the bytes since the head began. After an error the connection closes.
package struct ResponseParser: Sendable {
    private enum Expecting { case statusLine, fieldLine }

    private var expecting = Expecting.statusLine
    private var lines = LineScanner()
    private var sectionStart = 0

    package init() {}

    /// `method` is that of the request which this answers: it decides whether content follows.
    package mutating func parse(
        _ input: Span<UInt8>, into head: ResponseHead, answering method: Method, limits: HeadLimits
    ) throws(ResponseError) -> ParseStep {
        if expecting == .statusLine {
            guard try readStatusLine(input, into: head, limits: limits) else { return .needMore }
        }
        guard try readFieldLines(input, into: head, limits: limits) else { return .needMore }
        let length = lines.start
        head.section.bytes.append(copying: input.extracting(0..<length))
        try head.completeFromFields(answering: method)
        self = ResponseParser()
        return .head(length: length)
    }

    private mutating func readStatusLine(
        _ input: Span<UInt8>, into head: ResponseHead, limits: HeadLimits
    ) throws(ResponseError) -> Bool {
        let outcome: LineScanner.Outcome
        do throws(FieldError) {
            outcome = try lines.next(in: input, before: limits.startLineBytes + 2)
        } catch {
            throw .field(error)
        }
        switch outcome {
        case .needMore: return false
        case .tooLong: throw .statusLineTooLong(limitBytes: limits.startLineBytes)
        case .line(let line):
            let statusLine = try StatusLine(parsing: line, of: input)
            sectionStart = lines.start
            expecting = .fieldLine
            head.section.clear()
            head.status = statusLine.status
            head.minorVersion = statusLine.minorVersion
            return true
        }
    }

    private mutating func readFieldLines(
        _ input: Span<UInt8>, into head: ResponseHead, limits: HeadLimits
    ) throws(ResponseError) -> Bool {
        do throws(FieldError) {
            return try head.section.readLines(of: input, with: &lines, from: sectionStart, base: 0, limits: limits)
        } catch {
            throw .field(error)
        }
    }
}

extension ResponseHead {
    fileprivate func completeFromFields(answering method: Method) throws(ResponseError) {
        // Taken once, because each look at a property of the head counts two references.
        let section = section
        let lengths: FramingFields
        do throws(FramingError) {
            lengths = try FramingFields(section, minorVersion: minorVersion)
        } catch {
            throw .framing(error)
        }
        framing = try framing(lengths, answering: method)
        let options: ConnectionOptions
        do throws(FieldError) {
            options = try ConnectionOptions(section)
        } catch {
            throw .field(error)
        }
        // RFC 9112 §9.3; what ends with the connection cannot keep it.
        keepsAlive = framing != .untilClose && !options.close && (minorVersion == 1 || options.keepAlive)
    }

    /// RFC 9112 §6.3, in its order. After 101 the connection is no longer HTTP/1.1, so that has no content either.
    private func framing(_ lengths: FramingFields, answering method: Method) throws(ResponseError) -> MessageFraming {
        if status.isInformational || status == .noContent {
            // Many servers write `Content-Length: 0` here. It says what every recipient assumes.
            guard !lengths.isChunked, lengths.contentLength ?? 0 == 0 else { throw .contentForbidden(status) }
            return .empty
        }
        if method == .head || status.forbidsContent { return .empty }
        if lengths.isChunked { return .chunked }
        return lengths.contentLength.map { .length($0) } ?? .untilClose
    }
}
