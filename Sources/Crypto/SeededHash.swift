/// A fast 64-bit hash with a secret seed, for the index of a table whose keys an attacker chooses. It multiplies and
/// folds 16 bytes at a time in four independent lanes, in the manner of wyhash; without the seed nobody can aim at one
/// slot. It proves nothing: whoever finds an entry by it compares the whole key.
package struct SeededHash: Sendable {
    private let keys: (UInt64, UInt64, UInt64, UInt64, UInt64)

    /// `seed` comes from the system's random source, once per process.
    package init(seed: UInt64) {
        // SplitMix64 (Steele, Lea, Flood 2014) spreads one seed over the keys of the lanes.
        var state = seed
        func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
        keys = (next(), next(), next(), next(), next())
    }

    /// `salt` tells apart tables, or verifiers, that share a key.
    package func callAsFunction(_ bytes: Span<UInt8>, salt: UInt64 = 0) -> UInt64 {
        let raw = unsafe bytes.bytes
        let count = raw.byteCount
        var a = keys.0 ^ salt
        var b = keys.1
        var c = keys.2
        var d = keys.3
        var offset = 0
        while offset &+ 64 <= count {
            a = Self.fold(Self.load(raw, offset) ^ keys.0, Self.load(raw, offset &+ 8) ^ a)
            b = Self.fold(Self.load(raw, offset &+ 16) ^ keys.1, Self.load(raw, offset &+ 24) ^ b)
            c = Self.fold(Self.load(raw, offset &+ 32) ^ keys.2, Self.load(raw, offset &+ 40) ^ c)
            d = Self.fold(Self.load(raw, offset &+ 48) ^ keys.3, Self.load(raw, offset &+ 56) ^ d)
            offset &+= 64
        }
        while offset &+ 16 <= count {
            a = Self.fold(Self.load(raw, offset) ^ keys.4, Self.load(raw, offset &+ 8) ^ a)
            offset &+= 16
        }
        var tail: (UInt64, UInt64) = (0, 0)
        var shift: UInt64 = 0
        while offset < count {
            if shift < 64 { tail.0 |= UInt64(bytes[offset]) << shift } else { tail.1 |= UInt64(bytes[offset]) << (shift &- 64) }
            shift &+= 8
            offset &+= 1
        }
        a = Self.fold(tail.0 ^ keys.4, tail.1 ^ a)
        // The length tells a short tail of zeros from none.
        return Self.fold(Self.fold(a ^ keys.0, b ^ keys.4) ^ UInt64(count), Self.fold(c ^ keys.1, d ^ keys.2) ^ keys.3)
    }

    private static func fold(_ x: UInt64, _ y: UInt64) -> UInt64 {
        let product = x.multipliedFullWidth(by: y)
        return product.high ^ product.low
    }

    private static func load(_ bytes: RawSpan, _ offset: Int) -> UInt64 {
        unsafe bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt64.self)
    }
}
