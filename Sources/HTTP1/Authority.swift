internal import HTTP

extension FieldSection {
    func holdsAuthority(_ range: Range<Int>) -> Bool { isAuthority(range, of: bytes.span) }
}

/// Whether some bytes are `uri-host [ ":" port ]` with a host that is not empty (RFC 9110 §4.2.1, §7.2). An IP
/// literal must be an IPv6 address: no version of IPvFuture has ever been assigned.
func isAuthority(_ range: Range<Int>, of input: Span<UInt8>) -> Bool {
    guard let first = range.first else { return false }
    if input[first] == UInt8(ascii: "[") {
        guard let close = range.first(where: { input[$0] == UInt8(ascii: "]") }) else { return false }
        return isIPv6Address(first + 1..<close, of: input) && isPort(close + 1..<range.upperBound, of: input)
    }
    let hostEnd = endOfName(range, of: input)
    return hostEnd > range.lowerBound && isPort(hostEnd..<range.upperBound, of: input)
}

/// Nothing, or `:` and a port (RFC 3986 §3.2.3, which allows no digits at all) that fits in sixteen bits.
private func isPort(_ range: Range<Int>, of input: Span<UInt8>) -> Bool {
    guard let colon = range.first else { return true }
    guard input[colon] == UInt8(ascii: ":") else { return false }
    var port = 0
    for index in colon + 1..<range.upperBound {
        guard input[index].isDigit else { return false }
        port = port * 10 + Int(input[index] - 0x30)
        guard port <= 65_535 else { return false }
    }
    return true
}

/// The end of a name whose labels are not empty but for one behind a final dot; an IPv4 address is one too. RFC 3986 §3.2.2 would
/// have more in a `reg-name`, of which servers make different hosts: `a,b` is two to some, and `%61` is `a`.
private func endOfName(_ range: Range<Int>, of input: Span<UInt8>) -> Int {
    let dot = UInt8(ascii: ".")
    var index = range.lowerBound
    while index < range.upperBound, CharacterSet128.unreserved.contains(input[index]) {
        if input[index] == dot, index == range.lowerBound || input[index - 1] == dot { return range.lowerBound }
        index += 1
    }
    return index
}

/// `IPv6address` (RFC 3986 §3.2.2): eight groups, or fewer around one `::`, of which an IPv4 address may be the last two.
private func isIPv6Address(_ range: Range<Int>, of input: Span<UInt8>) -> Bool {
    var groups = 0
    var hasGap = false
    var index = range.lowerBound
    if index + 1 < range.upperBound, input[index] == UInt8(ascii: ":"), input[index + 1] == UInt8(ascii: ":") {
        hasGap = true
        index += 2
        if index == range.upperBound { return true }
    }
    while groups < 8 {
        let start = index
        while index < range.upperBound, index - start < 5, input[index].hexValue != nil { index += 1 }
        if index < range.upperBound, input[index] == UInt8(ascii: ".") {
            groups += 2
            return isIPv4Address(start..<range.upperBound, of: input) && (hasGap ? groups < 8 : groups == 8)
        }
        guard 1...4 ~= index - start else { return false }
        groups += 1
        if index == range.upperBound { return hasGap ? groups < 8 : groups == 8 }
        guard input[index] == UInt8(ascii: ":") else { return false }
        index += 1
        guard index < range.upperBound else { return false }
        if input[index] == UInt8(ascii: ":") {
            guard !hasGap else { return false }
            hasGap = true
            index += 1
            if index == range.upperBound { return groups < 8 }
        }
    }
    return false
}

private func isIPv4Address(_ range: Range<Int>, of input: Span<UInt8>) -> Bool {
    var octets = 0
    var index = range.lowerBound
    while octets < 4 {
        let start = index
        var value = 0
        while index < range.upperBound, index - start < 3, input[index].isDigit {
            value = value * 10 + Int(input[index] - 0x30)
            index += 1
        }
        let hasLeadingZero = index - start > 1 && input[start] == UInt8(ascii: "0")
        guard index > start, value <= 255, !hasLeadingZero else { return false }
        octets += 1
        if index == range.upperBound { return octets == 4 }
        guard input[index] == UInt8(ascii: ".") else { return false }
        index += 1
    }
    return false
}
