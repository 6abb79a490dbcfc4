internal import HTTP

extension FieldLine {
    /// A field line (RFC 9112 §5) from a line that `LineScanner` found. Its ranges count from `base`, where the head
    /// begins in the input, because that is where the copy begins which the section keeps.
    init(parsing line: Range<Int>, of input: Span<UInt8>, base: Int) throws(FieldError) {
        let nameEnd = endOfToken(in: input, from: line.lowerBound, to: line.upperBound)
        guard nameEnd < line.upperBound, input[nameEnd] == UInt8(ascii: ":"), nameEnd > line.lowerBound else {
            throw FieldError(ofName: line, nameEnd: nameEnd, in: input)
        }
        let value = trimmed(nameEnd + 1..<line.upperBound, of: input)
        self.init(
            known: KnownField(recognising: line.lowerBound..<nameEnd, of: input),
            name: line.lowerBound - base..<nameEnd - base,
            value: value.lowerBound - base..<value.upperBound - base)
    }
}

extension FieldError {
    /// Why no name and colon stand at the beginning of a line.
    fileprivate init(ofName line: Range<Int>, nameEnd: Int, in input: Span<UInt8>) {
        guard nameEnd < line.upperBound else {
            self = .missingColon
            return
        }
        let byte = input[nameEnd]
        if byte.isWhiteSpace {
            self = nameEnd == line.lowerBound ? .foldedLine : .whiteSpaceBeforeColon
        } else if byte == UInt8(ascii: ":") {
            self = .emptyName
        } else {
            self = .nameCharacter(byte)
        }
    }
}

/// A range without the white space at both ends (RFC 9110 §5.5).
@inline(__always)
func trimmed(_ range: Range<Int>, of input: Span<UInt8>) -> Range<Int> {
    var start = range.lowerBound
    var end = range.upperBound
    while start < end, input[start].isWhiteSpace { start += 1 }
    while start < end, input[end - 1].isWhiteSpace { end -= 1 }
    return start..<end
}
