/// A network in CIDR form, IPv4 or IPv6.
package struct Network: Sendable, Hashable {
    /// 16 bytes; an IPv4 network is held as its IPv4-mapped form.
    package let prefix: [UInt8]
    package let bits: Int

    package init(prefix: [UInt8], bits: Int) { (self.prefix, self.bits) = (prefix, bits) }

    package func contains(_ address: [UInt8]) -> Bool {
        guard address.count == 16 else { return false }
        var left = bits
        for index in 0..<16 where left > 0 {
            let mask: UInt8 = left >= 8 ? 0xFF : ~(0xFF >> UInt8(left))
            if address[index] & mask != prefix[index] & mask { return false }
            left -= 8
        }
        return true
    }
}
