/// Damages good and bad inputs at random and holds each against a property: in every run of the tests a little of what `fuzz/` does
/// at length.
package enum Damage {
    /// A failure that can be repeated.
    package struct Finding: Error, CustomStringConvertible {
        package let description: String
    }

    package static func hold(
        _ texts: [String], rounds: Int = 10_000, seed: UInt64 = .random(in: .min ... .max),
        to property: (Span<UInt8>) throws -> Void
    ) throws(Finding) {
        print("seed \(seed)")
        var random = SplitMix(state: seed)
        for round in 0..<rounds {
            let bytes = damaged(Array(texts[round % texts.count].utf8), &random)
            do { try property(bytes.span) } catch {
                throw Finding(
                    description: "seed \(seed), round \(round): \(error) for \(String(decoding: bytes, as: UTF8.self)) \(bytes)")
            }
        }
    }

    private static func damaged(_ text: [UInt8], _ random: inout SplitMix) -> [UInt8] {
        var bytes = text
        for _ in 0...Int.random(in: 0...3, using: &random) where !bytes.isEmpty {
            let index = Int.random(in: bytes.indices, using: &random)
            switch Int.random(in: 0...2, using: &random) {
            case 0: bytes[index] = .random(in: 0...255, using: &random)
            case 1: bytes.insert(bytes[.random(in: bytes.indices, using: &random)], at: index)
            default: bytes.remove(at: index)
            }
        }
        return bytes
    }
}

/// Steele, Lea, Flood: SplitMix64. A seed that a failure prints repeats the run.
package struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    package init(state: UInt64) { self.state = state }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
