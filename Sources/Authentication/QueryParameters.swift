/// The parameters of a query, as the WHATWG URL Standard (application/x-www-form-urlencoded parsing, §5.1) splits them.
package struct QueryParameters {
    package struct Parameter {
        package let whole: Range<Int>
        package let name: Range<Int>
        package let value: Range<Int>
    }

    private var position: Int
    private let end: Int

    package init(of query: Range<Int>) { (position, end) = (query.lowerBound, query.upperBound) }

    package mutating func next(in bytes: [UInt8]) -> Parameter? {
        guard position < end else { return nil }
        let start = position
        var equals: Int?
        while position < end, bytes[position] != UInt8(ascii: "&") {
            if equals == nil, bytes[position] == UInt8(ascii: "=") { equals = position }
            position += 1
        }
        let whole = start..<position
        position += 1  // The ampersand.
        guard let equals else { return Parameter(whole: whole, name: whole, value: whole.upperBound..<whole.upperBound) }
        return Parameter(whole: whole, name: start..<equals, value: equals + 1..<whole.upperBound)
    }
}

/// Percent-decoding of parts of a query. A `%` without two hex digits stands for itself, as the standard says.
package enum PercentDecoding {
    package static func isNeeded(_ range: Range<Int>, in bytes: [UInt8]) -> Bool {
        for index in range where bytes[index] == UInt8(ascii: "%") || bytes[index] == UInt8(ascii: "+") { return true }
        return false
    }

    package static func decode(_ range: Range<Int>, in bytes: [UInt8]) -> [UInt8] {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(range.count)
        var index = range.lowerBound
        while index < range.upperBound {
            let byte = bytes[index]
            if byte == UInt8(ascii: "%"), index + 2 < range.upperBound, let high = digit(bytes[index + 1]),
                let low = digit(bytes[index + 2])
            {
                decoded.append(high << 4 | low)
                index += 3
            } else {
                decoded.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
                index += 1
            }
        }
        return decoded
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
