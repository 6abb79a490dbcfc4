/// An IP address as 16 bytes; IPv4 in its IPv4-mapped form (RFC 4291 §2.5.5.2).
struct IPAddress: Hashable {
    let bytes: [UInt8]
    let isIPv4: Bool

    init?(_ text: some StringProtocol) {
        if let four = IPAddress.parseIPv4(text) {
            bytes = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF] + four
            isIPv4 = true
        } else if let sixteen = IPAddress.parseIPv6(text) {
            bytes = sixteen
            isIPv4 = false
        } else {
            return nil
        }
    }

    /// Four decimal numbers without leading zeros, which some readers take for octal.
    private static func parseIPv4(_ text: some StringProtocol) -> [UInt8]? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var result: [UInt8] = []
        for part in parts {
            guard part.utf8.allSatisfy({ (48...57).contains($0) }), part.count == 1 || part.first != "0", let value = UInt8(part)
            else { return nil }
            result.append(value)
        }
        return result
    }

    private static func parseIPv6(_ text: some StringProtocol) -> [UInt8]? {
        guard text.contains(":") else { return nil }
        let halves = text.components(around: "::")
        guard let head = groups(halves.before, endsAddress: halves.after == nil) else { return nil }
        guard let after = halves.after else { return head.count == 16 ? head : nil }
        guard !after.hasPrefix(":"), let tail = groups(after, endsAddress: true), head.count + tail.count <= 14 else { return nil }
        return head + [UInt8](repeating: 0, count: 16 - head.count - tail.count) + tail
    }

    /// Groups between colons; the last of the address may be an IPv4 address.
    private static func groups(_ text: Substring, endsAddress: Bool) -> [UInt8]? {
        if text.isEmpty { return [] }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        var result: [UInt8] = []
        for (index, part) in parts.enumerated() {
            if endsAddress, index == parts.count - 1, let four = parseIPv4(part) { return result + four }
            guard (1...4).contains(part.utf8.count), part.utf8.allSatisfy({ isHex($0) }), let value = UInt16(part, radix: 16) else {
                return nil
            }
            result += [UInt8(value >> 8), UInt8(value & 0xFF)]
        }
        return result
    }

    private static func isHex(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...70).contains(byte) || (97...102).contains(byte)
    }
}

extension StringProtocol {
    /// What stands before and after the first occurrence of a separator.
    fileprivate func components(around separator: String) -> (before: Substring, after: Substring?) {
        let text = String(self)
        guard let range = text.firstRange(of: separator) else { return (Substring(text), nil) }
        return (text[..<range.lowerBound], text[range.upperBound...])
    }
}

extension Network {
    /// `10.0.0.0/8`, `fd00::/8` or one address.
    enum Fault: Error, Equatable {
        case notAnAddress
        case badPrefixLength
        /// `10.0.0.1/8`: meant is a host, or `10.0.0.0/8`.
        case hostBits
    }

    init(parsing text: String) throws(Fault) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = IPAddress(parts[0]) else { throw .notAnAddress }
        let bitsMax = address.isIPv4 ? 32 : 128
        var bits = bitsMax
        if parts.count == 2 {
            guard parts[1].utf8.allSatisfy({ (48...57).contains($0) }), let value = Int(parts[1]), value <= bitsMax else {
                throw .badPrefixLength
            }
            bits = value
        }
        bits += 128 - bitsMax
        for bit in bits..<128 where address.bytes[bit / 8] >> UInt8(7 - bit % 8) & 1 == 1 { throw .hostBits }
        self.init(prefix: address.bytes, bits: bits)
    }
}
