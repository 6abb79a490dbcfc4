import Crypto

/// Which tokens have been seen lately, by a part of their hash: what decides whether a token is worth a place in the cache.
/// A token that costs little to verify is remembered when it comes back, not when it comes: a place costs more than an HMAC
/// does, because it is made in cold memory and drives out another token, and many a token is sent once.
///
/// A wrong answer costs a verification or a place and proves nothing: only tokens that have just been verified are asked about.
final class Sightings {
    private let hash: SeededHash
    /// For each place the token that was seen there last; 0 for none.
    private var marks: [UInt32]

    /// - Parameter count: of the places, rounded up to a power of two.
    init(hash: SeededHash, count: Int) {
        var capacity = 1
        while capacity < count { capacity *= 2 }
        self.hash = hash
        marks = Array(repeating: 0, count: capacity)
    }

    /// Notes the token; whether it had been noted before.
    func note(_ token: Span<UInt8>) -> Bool {
        let hashed = hash(token)
        let place = Int(truncatingIfNeeded: hashed) & (marks.count - 1)
        // Other bits than those that chose the place, and never 0.
        let mark = UInt32(truncatingIfNeeded: hashed >> 32) | 1
        defer { marks[place] = mark }
        return marks[place] == mark
    }
}
