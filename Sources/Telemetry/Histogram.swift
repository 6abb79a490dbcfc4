/// Counts of durations by upper bound, as Prometheus wants them. The bounds are OpenTelemetry's for HTTP, with three
/// below 5 ms because a proxy lives there.
package struct Histogram: Sendable {
    /// Upper bounds in microseconds; the last bucket has none.
    package static let boundsMicroseconds: [Int64] = [
        500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 75_000, 100_000, 250_000, 500_000, 750_000, 1_000_000, 2_500_000,
        5_000_000,
        7_500_000, 10_000_000,
    ]

    package private(set) var counts = [UInt64](repeating: 0, count: boundsMicroseconds.count + 1)
    package private(set) var sumMicroseconds: Int64 = 0

    package init() {}

    package mutating func record(microseconds: Int64) {
        var bucket = 0
        while bucket < Histogram.boundsMicroseconds.count, microseconds > Histogram.boundsMicroseconds[bucket] { bucket += 1 }
        counts[bucket] += 1
        sumMicroseconds += microseconds
    }

    package mutating func add(_ other: Histogram) {
        for index in counts.indices { counts[index] += other.counts[index] }
        sumMicroseconds += other.sumMicroseconds
    }

    package var count: UInt64 { counts.reduce(0, +) }
}
