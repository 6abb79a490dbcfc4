/// The names of the objects that are open at one moment of reading, to find a name that one object has twice.
struct MemberNames {
    private struct Name {
        let text: JSONText
        let hash: UInt64
    }

    private var names: [Name] = []
    /// One bit for each six bits of a hash that were met: most names have a bit of their own, and need not be compared.
    private var met: UInt64 = 0
    /// Where the names of the innermost object begin.
    private var start = 0
    /// Where those of the objects around it do: none in most texts, which hold one object.
    private var outerStarts: [Int] = []
    private var isInObject = false

    init() { names.reserveCapacity(16) }

    mutating func beginObject() {
        if isInObject { outerStarts.append(start) }
        (start, isInObject) = (names.count, true)
    }

    mutating func endObject() {
        names.removeSubrange(start...)
        let outer = outerStarts.popLast()
        (start, isInObject) = (outer ?? 0, outer != nil)
    }

    /// Notes a name of the innermost object.
    mutating func add(_ text: JSONText, in bytes: Span<UInt8>, limits: JSONLimits) throws(JSONError) {
        guard names.count - start < limits.members else {
            throw JSONError(.tooManyMembers(membersMax: limits.members), at: text.range.lowerBound, in: bytes)
        }
        let hash = Self.hash(text, in: bytes)
        // The highest bits: FNV mixes upwards.
        let bit: UInt64 = 1 << (hash >> 58)
        if met & bit != 0 {
            for index in start..<names.count where names[index].hash == hash && names[index].text.isEqual(to: text, in: bytes) {
                throw JSONError(.duplicateMember(text.string(in: bytes)), at: text.range.lowerBound, in: bytes)
            }
        }
        met |= bit
        names.append(Name(text: text, hash: hash))
    }

    /// FNV-1a. Colliding names cost a comparison and nothing else, so it need not resist an attacker.
    private static func hash(_ text: JSONText, in bytes: Span<UInt8>) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        if text.isPlain {
            for index in text.range { hash = (hash ^ UInt64(bytes[index])) &* 0x100_0000_01B3 }
        } else {
            for byte in text.bytes(in: bytes) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        }
        return hash
    }
}
