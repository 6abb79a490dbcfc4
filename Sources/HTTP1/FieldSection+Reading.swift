internal import HTTP

extension FieldSection {
    /// Takes the field lines that have arrived whole, up to the empty line behind them; whether that line was reached.
    /// The section began at `start`, and its lines count from `base`.
    mutating func readLines(
        of input: Span<UInt8>, with scanner: inout LineScanner, from start: Int, base: Int, limits: HeadLimits
    ) throws(FieldError) -> Bool {
        while true {
            switch try scanner.next(in: input, before: start + limits.sectionBytes) {
            case .needMore: return false
            case .tooLong: throw .sectionTooLarge(limitBytes: limits.sectionBytes)
            case .line(let line) where line.isEmpty: return true
            case .line(let line):
                guard lines.count < limits.fieldCount else { throw .tooManyFields(limit: limits.fieldCount) }
                append(try FieldLine(parsing: line, of: input, base: base))
            }
        }
    }
}
