package import HTTP

/// What Segue writes: messages are put together again from what was understood, never copied through (RFC 9112 §3, §4,
/// §5, §7.1). All of it appends to an output buffer.
extension [UInt8] {
    /// `HTTP/1.1 200 OK` and CRLF. An intermediary states its own version (RFC 9110 §6.2).
    package mutating func appendStatusLine(_ status: Status) {
        append(copying: "HTTP/1.1 ")
        appendDecimal(UInt64(status.code))
        append(UInt8(ascii: " "))
        append(copying: status.reason)
        appendLineEnd()
    }

    /// The method, the target and HTTP/1.1. The target is one that `RequestParser` accepted, or was made from one.
    package mutating func appendRequestLine(_ method: Method, target: Span<UInt8>) {
        append(copying: method)
        append(UInt8(ascii: " "))
        append(copying: target)
        append(copying: " HTTP/1.1\r\n")
    }

    /// A field with a value from elsewhere: a database, a token, a file. One that would end the line is refused here,
    /// whatever was checked before.
    package mutating func appendField(_ name: StaticString, _ value: Span<UInt8>) throws(FieldError) {
        let end = firstControl(in: value, from: 0, to: value.count)
        guard end == value.count else { throw .control(value[end]) }
        append(copying: name)
        append(copying: ": ")
        append(copying: value)
        appendLineEnd()
    }

    /// The same with a name that is not a literal: a configured one.
    package mutating func appendField(_ name: Span<UInt8>, _ value: Span<UInt8>) throws(FieldError) {
        guard !name.isEmpty else { throw .emptyName }
        let nameEnd = endOfToken(in: name, from: 0, to: name.count)
        guard nameEnd == name.count else { throw .nameCharacter(name[nameEnd]) }
        let end = firstControl(in: value, from: 0, to: value.count)
        guard end == value.count else { throw .control(value[end]) }
        append(copying: name)
        append(copying: ": ")
        append(copying: value)
        appendLineEnd()
    }

    /// A field whose value stands in the source.
    package mutating func appendField(_ name: StaticString, _ value: StaticString) {
        append(copying: name)
        append(copying: ": ")
        append(copying: value)
        appendLineEnd()
    }

    package mutating func appendField(_ name: StaticString, _ value: Int64) {
        append(copying: name)
        append(copying: ": ")
        appendDecimal(UInt64(value))
        appendLineEnd()
    }

    /// A field line as it came. Lines that follow one another may be copied as one range of the section's bytes.
    package mutating func appendLine(_ line: FieldLine, of section: FieldSection) {
        append(copying: section.bytes.span.extracting(line.line))
        appendLineEnd()
    }

    /// The field that announces this framing; nothing where the framing needs none.
    package mutating func appendFraming(_ framing: MessageFraming) {
        switch framing {
        case .empty, .untilClose: break
        case .length(let length): appendField("Content-Length", length)
        case .chunked: appendField("Transfer-Encoding", "chunked")
        }
    }

    /// CRLF: the end of a line, of a field section, of a chunk's data.
    package mutating func appendLineEnd() {
        append(UInt8(ascii: "\r"))
        append(UInt8(ascii: "\n"))
    }

    /// The line before a chunk's data, which `appendLineEnd` follows. A size of zero would end the message.
    package mutating func appendChunkHeader(size: Int) {
        precondition(size > 0)
        appendHexadecimal(UInt64(size))
        appendLineEnd()
    }

    /// The end of a chunked message; its trailer section is empty.
    package mutating func appendLastChunk() { append(copying: "0\r\n\r\n") }

    private mutating func append(copying method: Method) {
        switch method {
        case .get: append(copying: "GET")
        case .post: append(copying: "POST")
        default: append(contentsOf: method.name.utf8)
        }
    }
}
