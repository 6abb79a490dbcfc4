import Crypto

/// A bounded table from whole byte strings to values, for one worker: eight places per hash, the least recently wanted
/// of them given up first (the CLOCK rule), and a limit on the memory of the keys beside the one on their number.
///
/// A hash only says where to look. Two tokens are the same when all their bytes are, because a cache that accepts on
/// less has let strangers in before (fast-jwt GHSA-rp9m-7r4c-75qg).
final class BytesCache<Value> {
    private static var ways: Int { 8 }

    private let hash: SeededHash
    private let mask: Int
    private let bytesMax: Int
    private var hashes: [UInt64]
    private var wanted: [Bool]
    // One array for each part of an entry, so that looking at one part touches no reference of another.
    private var keys: [[UInt8]]
    private var salts: [UInt64]
    private var values: [Value?]
    private var hand = 0
    private(set) var count = 0
    private(set) var byteCount = 0
    private(set) var hits: UInt64 = 0
    private(set) var misses: UInt64 = 0

    /// - Parameter entriesMax: rounded up to a power of two.
    init(hash: SeededHash, entriesMax: Int, bytesMax: Int) {
        var capacity = Self.ways
        while capacity < entriesMax { capacity *= 2 }
        (self.hash, mask, self.bytesMax) = (hash, capacity - 1, bytesMax)
        hashes = Array(repeating: 0, count: capacity)
        wanted = Array(repeating: false, count: capacity)
        keys = Array(repeating: [], count: capacity)
        salts = Array(repeating: 0, count: capacity)
        values = Array(repeating: nil, count: capacity)
    }

    /// The value under this key, found without allocating.
    func value(for key: Span<UInt8>, salt: UInt64 = 0) -> Value? {
        guard let slot = slot(of: key, salt, hash(key, salt: salt)) else {
            misses &+= 1
            return nil
        }
        hits &+= 1
        wanted[slot] = true
        return values[slot]
    }

    func insert(_ value: Value, for key: [UInt8], salt: UInt64 = 0) {
        guard key.count <= bytesMax else { return }
        let hashed = hash(key.span, salt: salt)
        if let known = slot(of: key.span, salt, hashed) { free(known) }
        while byteCount + key.count > bytesMax { freeOneAnywhere() }
        let slot = freeSlot(inSetOf: hashed)
        (keys[slot], salts[slot], values[slot]) = (key, salt, value)
        hashes[slot] = hashed
        wanted[slot] = false
        count += 1
        byteCount += key.count
    }

    func remove(_ key: Span<UInt8>, salt: UInt64 = 0) {
        if let slot = slot(of: key, salt, hash(key, salt: salt)) { free(slot) }
    }

    func removeAll() {
        for slot in values.indices { free(slot) }
    }

    private func slot(of key: Span<UInt8>, _ salt: UInt64, _ hashed: UInt64) -> Int? {
        let first = firstSlot(hashed)
        for slot in first..<first + Self.ways where hashes[slot] == hashed && salts[slot] == salt {
            guard values[slot] != nil else { continue }
            let known = keys[slot]
            if sameBytes(known.span, key) { return slot }
        }
        return nil
    }

    private func firstSlot(_ hashed: UInt64) -> Int {
        Int(truncatingIfNeeded: hashed) & mask & ~(Self.ways - 1)
    }

    /// An empty place, or the first that nobody wanted since the hand last passed.
    private func freeSlot(inSetOf hashed: UInt64) -> Int {
        let first = firstSlot(hashed)
        for slot in first..<first + Self.ways where values[slot] == nil { return slot }
        for slot in first..<first + Self.ways {
            if !wanted[slot] {
                free(slot)
                return slot
            }
            wanted[slot] = false
        }
        // All were wanted: bits of the hash that did not choose the set choose the place.
        let slot = first + Int(hashed >> 60) % Self.ways
        free(slot)
        return slot
    }

    private func freeOneAnywhere() {
        while count > 0 {
            hand = (hand + 1) & mask
            guard values[hand] != nil else { continue }
            if wanted[hand] {
                wanted[hand] = false
            } else {
                return free(hand)
            }
        }
    }

    private func free(_ slot: Int) {
        guard values[slot] != nil else { return }
        byteCount -= keys[slot].count
        count -= 1
        (keys[slot], values[slot], hashes[slot], wanted[slot]) = ([], nil, 0, false)
    }
}
