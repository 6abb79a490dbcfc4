package import HTTP

/// Field lines on their way to a recipient: those that follow one another are copied in one piece, with the line ends
/// between them and, where the last line has no white space at its end, the one behind them.
package struct LineRun {
    private var range = 0..<0

    package init() {}

    package mutating func add(_ line: FieldLine, of section: borrowing FieldSection, to output: inout [UInt8]) {
        let next = line.line
        if !range.isEmpty, range.upperBound + 2 == next.lowerBound {
            range = range.lowerBound..<next.upperBound
        } else {
            end(of: section, to: &output)
            range = next
        }
    }

    /// Writes what was gathered.
    package mutating func end(of section: borrowing FieldSection, to output: inout [UInt8]) {
        guard !range.isEmpty else { return }
        let bytes = section.bytes.span
        let end = range.upperBound
        if end + 2 <= bytes.count, bytes[end] == UInt8(ascii: "\r"), bytes[end + 1] == UInt8(ascii: "\n") {
            output.append(copying: bytes.extracting(range.lowerBound..<end + 2))
        } else {
            output.append(copying: bytes.extracting(range))
            output.appendLineEnd()
        }
        range = 0..<0
    }
}
