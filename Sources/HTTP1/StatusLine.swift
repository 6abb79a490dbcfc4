internal import HTTP

/// A status line (RFC 9112 §4) taken apart. The reason phrase is not kept; a line without one may lack the space
/// before it too, as many servers send it.
struct StatusLine {
    let status: Status
    let minorVersion: UInt8

    init(parsing line: Range<Int>, of input: Span<UInt8>) throws(ResponseError) {
        let start = line.lowerBound
        guard line.count >= 12, input[start + 8] == UInt8(ascii: " ") else { throw .statusLineInvalid }
        switch HTTPVersion(parsing: start..<start + 8, of: input) {
        case .http11: minorVersion = 1
        case .http10: minorVersion = 0
        case .unsupported: throw .versionNotSupported
        case .malformed: throw .statusLineInvalid
        }
        var code: UInt16 = 0
        for index in start + 9..<start + 12 {
            guard input[index].isDigit else { throw .statusLineInvalid }
            code = code * 10 + UInt16(input[index] - 0x30)
        }
        guard line.count == 12 || input[start + 12] == UInt8(ascii: " ") else { throw .statusLineInvalid }
        guard 100...599 ~= code else { throw .statusOutOfRange(code) }
        status = Status(code)
    }
}
