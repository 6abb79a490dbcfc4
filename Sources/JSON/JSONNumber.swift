/// A number as it was written. What it is worth is asked for when the answer can be checked: `1e400` is a JSON number,
/// but no `Double` and no `Int64`.
package struct JSONNumber: Hashable, Sendable {
    package let text: String

    init(text: String) { self.text = text }

    package init(_ value: Int64) { text = String(value) }

    /// The number when it is whole and in range, however it is written: `1.0` and `1e3` are whole.
    package var int64: Int64? {
        let bytes = text.utf8Span.span
        return Self.int64(in: bytes, 0..<bytes.count)
    }

    /// The nearest `Double`, when that is finite.
    package var double: Double? { Double(text).flatMap { $0.isFinite ? $0 : nil } }
}

// MARK: - Numbers where they stand in a text

extension JSONNumber {
    /// Finds the end of the number that begins at `start`: RFC 8259 §6.
    static func scan(_ text: Span<UInt8>, from start: Int) throws(JSONError) -> Range<Int> {
        var index = start
        if text[index] == UInt8(ascii: "-") { index += 1 }
        if index < text.count, text[index] == UInt8(ascii: "0") {
            index += 1
            if skipDigits(text, &index) > 0 { throw JSONError(.invalidNumber, at: start, in: text) }
        } else {
            try requireDigits(text, &index, from: start)
        }
        if index < text.count, text[index] == UInt8(ascii: ".") {
            index += 1
            try requireDigits(text, &index, from: start)
        }
        if index < text.count, text[index] | 0x20 == UInt8(ascii: "e") {
            index += 1
            if index < text.count, text[index] == UInt8(ascii: "+") || text[index] == UInt8(ascii: "-") { index += 1 }
            try requireDigits(text, &index, from: start)
        }
        return start..<index
    }

    private static func requireDigits(_ text: Span<UInt8>, _ index: inout Int, from start: Int) throws(JSONError) {
        guard skipDigits(text, &index) == 0 else { return }
        throw JSONError(index < text.count ? .invalidNumber : .endOfText, at: index < text.count ? start : index, in: text)
    }

    private static func skipDigits(_ text: Span<UInt8>, _ index: inout Int) -> Int {
        let start = index
        while index < text.count, isDigit(text[index]) { index += 1 }
        return index - start
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

    /// The value of the number at `range` when it is whole and in range.
    package static func int64(in text: Span<UInt8>, _ range: Range<Int>) -> Int64? {
        if let digits = fewDigits(in: text, range) { return digits }
        let number = Parts(text, range)
        return number.isWhole(in: text) ? number.wholePart(in: text) : nil
    }

    /// The value where the number is nothing but digits, too few to overflow: what nearly every date and id is.
    private static func fewDigits(in text: Span<UInt8>, _ range: Range<Int>) -> Int64? {
        guard range.count <= 18 else { return nil }
        var value: Int64 = 0
        for index in range {
            guard isDigit(text[index]) else { return nil }
            value = value &* 10 &+ Int64(text[index] &- UInt8(ascii: "0"))
        }
        return value
    }

    /// The whole part, rounded down, of the number at `range` when that is in range: RFC 7519 §2 allows fractions in a
    /// NumericDate.
    package static func roundedDown(in text: Span<UInt8>, _ range: Range<Int>) -> Int64? {
        if let digits = fewDigits(in: text, range) { return digits }
        let number = Parts(text, range)
        guard let whole = number.wholePart(in: text) else { return nil }
        guard number.isNegative, !number.isWhole(in: text) else { return whole }
        let (lower, overflow) = whole.subtractingReportingOverflow(1)
        return overflow ? nil : lower
    }

    /// A scanned number taken apart: its digits, and how many of them stand before the decimal point once the exponent
    /// has moved it. That count may be negative, or larger than there are digits.
    private struct Parts {
        let isNegative: Bool
        /// Digits, and the decimal point if there is one.
        let digits: Range<Int>
        let digitsBeforePoint: Int

        init(_ text: Span<UInt8>, _ range: Range<Int>) {
            isNegative = text[range.lowerBound] == UInt8(ascii: "-")
            let start = range.lowerBound + (isNegative ? 1 : 0)
            var (end, before, seenPoint) = (start, 0, false)
            while end < range.upperBound, text[end] | 0x20 != UInt8(ascii: "e") {
                if text[end] == UInt8(ascii: ".") { seenPoint = true } else if !seenPoint { before += 1 }
                end += 1
            }
            digits = start..<end
            digitsBeforePoint = before + Self.exponent(text, end..<range.upperBound)
        }

        /// Saturates far beyond what could matter, so that an absurd exponent cannot overflow.
        private static func exponent(_ text: Span<UInt8>, _ range: Range<Int>) -> Int {
            var (magnitude, isNegative) = (0, false)
            for index in range.dropFirst() {
                if isDigit(text[index]) {
                    magnitude = min(magnitude * 10 + Int(text[index] - UInt8(ascii: "0")), 1 << 40)
                } else {
                    isNegative = text[index] == UInt8(ascii: "-")
                }
            }
            return isNegative ? -magnitude : magnitude
        }

        func isWhole(in text: Span<UInt8>) -> Bool {
            var place = 0
            for index in digits where text[index] != UInt8(ascii: ".") {
                if place >= digitsBeforePoint, text[index] != UInt8(ascii: "0") { return false }
                place += 1
            }
            return true
        }

        /// The digits before the point, as many zeros appended as the exponent asks for; `nil` when out of range.
        func wholePart(in text: Span<UInt8>) -> Int64? {
            var (value, place): (Int64, Int) = (0, 0)
            for index in digits where text[index] != UInt8(ascii: ".") && place < digitsBeforePoint {
                guard let next = appending(Int64(text[index] - UInt8(ascii: "0")), to: value) else { return nil }
                (value, place) = (next, place + 1)
            }
            while value != 0, place < digitsBeforePoint {
                guard let next = appending(0, to: value) else { return nil }
                (value, place) = (next, place + 1)
            }
            return value
        }

        /// Away from zero in the number's own direction, so that `Int64.min` is in range.
        private func appending(_ digit: Int64, to value: Int64) -> Int64? {
            let (shifted, tooLarge) = value.multipliedReportingOverflow(by: 10)
            let (sum, overflow) = shifted.addingReportingOverflow(isNegative ? -digit : digit)
            return tooLarge || overflow ? nil : sum
        }
    }
}
