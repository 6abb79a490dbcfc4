/// Pauses that double, with jitter: replicas that lost one server do not come back to it in step.
struct BackOff {
    private let range: ClosedRange<Int>
    private var next: Int

    init(_ range: ClosedRange<Int>) {
        self.range = range
        next = range.lowerBound
    }

    /// Between half of the pause and the whole of it. `random` is from 0 to 1.
    mutating func pause(random: Double) -> Int {
        let pause = next
        next = min(next * 2, range.upperBound)
        return pause / 2 + Int(Double(pause / 2) * random)
    }

    mutating func reset() { next = range.lowerBound }
}
