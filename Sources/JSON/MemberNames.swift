/// The names of the objects that are open at one moment of reading, to find a name that one object has twice.
struct MemberNames {
    private struct Name {
        let text: JSONText
        let hash: UInt64
    }

    private var names: [Name] = []
    /// One bit for each six bits of a hash that were met: most names have a bit of their own, and need not be compared.
    private var met: UInt64 = 0
    /// Where the names of each open object begin.
    private var starts: [Int] = []

    init() { names.reserveCapacity(16) }

    mutating func beginObject() { starts.append(names.count) }

    mutating func endObject() { names.removeSubrange(starts.removeLast()...) }

    /// Notes a name of the innermost object.
    mutating func add(_ text: JSONText, in bytes: Span<UInt8>, limits: JSONLimits) throws(JSONError) {
        let start = starts.last ?? 0
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
