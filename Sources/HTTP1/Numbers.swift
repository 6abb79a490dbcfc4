/// `1*DIGIT` as a non-negative number; anything else, and any overflow, has its own answer.
func parseContentLength(_ range: Range<Int>, of input: Span<UInt8>) throws(FramingError) -> Int64 {
    guard !range.isEmpty else { throw .contentLengthInvalid }
    var value: Int64 = 0
    var overflows = false
    for index in range {
        guard input[index].isDigit else { throw .contentLengthInvalid }
        let (tenfold, overflow) = value.multipliedReportingOverflow(by: 10)
        let (sum, overflow2) = tenfold.addingReportingOverflow(Int64(input[index] &- 0x30))
        overflows = overflows || overflow || overflow2
        value = sum
    }
    guard !overflows else { throw .contentLengthTooLarge }
    return value
}
