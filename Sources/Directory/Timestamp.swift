import Telemetry

extension UnixTime {
    /// `2026-11-21 04:05:06.789000` in UTC: what both databases read, and SQLAlchemy finds in SQLite.
    var timestamp: String {
        let (days, seconds) = (self.seconds.flooredQuotient(86_400), self.seconds.flooredRemainder(86_400))
        let (year, month, day) = Self.civil(daysSinceEpoch: days)
        let clock = [seconds / 3_600, seconds / 60 % 60, seconds % 60].map { padded($0, 2) }.joined(separator: ":")
        let fraction = padded(milliseconds.flooredRemainder(1_000), 3)
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2)) \(clock).\(fraction)000"
    }

    /// A time of Segue's own tables as `Dialect.timeText` reads it.
    init?(timestamp: String) {
        let parts = timestamp.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, let time = RFC3339.parse("\(parts[0])T\(parts[1])Z") else { return nil }
        self = time
    }

    /// The proleptic Gregorian date: years begin in March, so that the leap day is the last of its year.
    private static func civil(daysSinceEpoch: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let sinceMarch0000 = daysSinceEpoch + 719_468
        let era = sinceMarch0000.flooredQuotient(146_097)
        let dayOfEra = sinceMarch0000.flooredRemainder(146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
    }
}

private func padded(_ number: Int64, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
}

extension Int64 {
    fileprivate func flooredQuotient(_ divisor: Int64) -> Int64 { (self - flooredRemainder(divisor)) / divisor }
    fileprivate func flooredRemainder(_ divisor: Int64) -> Int64 { ((self % divisor) + divisor) % divisor }
}
