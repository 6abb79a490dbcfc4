extension Arguments {
    /// The highest rate that is believed; Clerk's own is a tenth of it.
    private static let rateMax = 10_000

    /// Takes `--rate`: calls in ten seconds; `nil`: nine tenths of what Clerk allows.
    mutating func rate() -> Int? {
        let calls = option("rate", "CALLS", "at most so many calls of Clerk's in ten seconds (default: nine tenths of its limit)")
        guard let calls else { return nil }
        guard let rate = Int(calls), (1...Self.rateMax).contains(rate) else {
            note("--rate: found \(calls), expected a number from 1 to \(Self.rateMax)")
            return nil
        }
        return rate
    }
}
