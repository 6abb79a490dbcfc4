/// Times as RFC 3339 §5.6 writes them: `2012-10-20T07:15:20.902Z`.
package enum RFC3339 {
    package static func parse(_ text: String) -> UnixTime? {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            bytes[10] | 0x20 == UInt8(ascii: "t"),
            bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"),
            let year = number(bytes[0..<4]), let month = number(bytes[5..<7]), let day = number(bytes[8..<10]),
            let hour = number(bytes[11..<13]), let minute = number(bytes[14..<16]), let second = number(bytes[17..<19]),
            (1...12).contains(month), (1...days(in: month, of: year)).contains(day), hour < 24, minute < 60, second < 61
        else { return nil }
        var rest = bytes[19...]
        guard let milliseconds = takeFraction(&rest), let offset = takeOffset(&rest), rest.isEmpty else { return nil }
        let seconds = daysSinceEpoch(year, month, day) * 86_400 + hour * 3_600 + (minute - offset) * 60 + second
        return UnixTime(milliseconds: seconds * 1000 + milliseconds)
    }

    /// What follows the seconds, as far as it is finer; 0 when there is none.
    private static func takeFraction(_ rest: inout ArraySlice<UInt8>) -> Int64? {
        guard rest.first == UInt8(ascii: ".") else { return 0 }
        let digits = rest.dropFirst().prefix { (0x30...0x39).contains($0) }
        guard !digits.isEmpty else { return nil }
        rest = rest.dropFirst(1 + digits.count)
        return number(Array((digits + [0x30, 0x30]).prefix(3))[...])
    }

    /// `Z`, `+01:00`: in minutes.
    private static func takeOffset(_ rest: inout ArraySlice<UInt8>) -> Int64? {
        guard let sign = rest.popFirst() else { return nil }
        if sign | 0x20 == UInt8(ascii: "z") { return 0 }
        let text = Array(rest.prefix(5))
        guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"), text.count == 5, text[2] == UInt8(ascii: ":"),
            let hours = number(text[0..<2]), let minutes = number(text[3..<5]), hours < 24, minutes < 60
        else { return nil }
        rest = rest.dropFirst(5)
        return (hours * 60 + minutes) * (sign == UInt8(ascii: "-") ? -1 : 1)
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
        guard digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return digits.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
    }

    private static func isLeap(_ year: Int64) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

    private static func days(in month: Int64, of year: Int64) -> Int64 {
        month == 2 ? (isLeap(year) ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
    }

    /// In the proleptic Gregorian calendar.
    private static func daysSinceEpoch(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let before = year - 1
        let leapDays = before / 4 - before / 100 + before / 400
        let monthDays = (1..<month).reduce(0) { $0 + days(in: $1, of: year) }
        return before * 365 + leapDays + monthDays + day - 1 - 719_162
    }
}
