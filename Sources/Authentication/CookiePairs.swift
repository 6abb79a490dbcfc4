/// The pairs of a Cookie field value, one after the other (RFC 6265 §4.2.1, read as §5.4 says that browsers write it).
///
/// Exactly one space is taken off before a name and nothing behind it: a server that trims more reads a cookie that
/// an attacker named ` __Host-session` as `__Host-session`, which only this site could have set.
package struct CookiePairs {
    package struct Pair {
        /// Name, equals sign and value, without the space before.
        package let whole: Range<Int>
        package let name: Range<Int>
        /// Without the quotation marks that RFC 6265 §4.1.1 allows around it.
        package let value: Range<Int>
    }

    private var position: Int
    private let end: Int

    package init(of value: Range<Int>) { (position, end) = (value.lowerBound, value.upperBound) }

    /// The next pair in these bytes, which must be the ones that the range came from; a piece without `=` has an empty name.
    package mutating func next(in bytes: [UInt8]) -> Pair? {
        guard position < end else { return nil }
        if bytes[position] == UInt8(ascii: " ") { position += 1 }
        let start = position
        var equals: Int?
        while position < end, bytes[position] != UInt8(ascii: ";") {
            if equals == nil, bytes[position] == UInt8(ascii: "=") { equals = position }
            position += 1
        }
        let whole = start..<position
        position += 1  // The semicolon.
        guard let equals else { return Pair(whole: whole, name: start..<start, value: whole) }
        var value = equals + 1..<whole.upperBound
        let quote = UInt8(ascii: "\"")
        if value.count >= 2, bytes[value.lowerBound] == quote, bytes[value.upperBound - 1] == quote {
            value = value.lowerBound + 1..<value.upperBound - 1
        }
        return Pair(whole: whole, name: start..<equals, value: value)
    }
}
