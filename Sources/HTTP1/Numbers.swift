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

extension [UInt8] {
    package mutating func appendDecimal(_ value: UInt64) {
        guard value >= 10 else { return append(0x30 + UInt8(value)) }
        var divisor: UInt64 = 10
        while value / divisor >= 10 { divisor *= 10 }
        while divisor > 0 {
            append(0x30 + UInt8(value / divisor % 10))
            divisor /= 10
        }
    }

    package mutating func appendHexadecimal(_ value: UInt64) {
        var shift = value == 0 ? 0 : (63 - value.leadingZeroBitCount) & ~3
        while shift >= 0 {
            let digit = UInt8(truncatingIfNeeded: value >> UInt64(shift) & 15)
            append(digit < 10 ? 0x30 + digit : 0x57 + digit)
            shift -= 4
        }
    }
}
