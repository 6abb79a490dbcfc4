// Percent-encoding (RFC 3986 §2.1), for paths and queries alike.

/// The byte that the escape at `index` stands for; `nil` where two hexadecimal digits do not follow.
func escapedByte(_ bytes: Span<UInt8>, at index: Int) -> UInt8? {
    guard index + 2 < bytes.count, let high = hexValue(bytes[index + 1]), let low = hexValue(bytes[index + 2]) else { return nil }
    return high << 4 | low
}

func appendEscape(_ byte: UInt8, to output: inout [UInt8]) {
    output.append(UInt8(ascii: "%"))
    output.append(hexDigit(byte >> 4))
    output.append(hexDigit(byte & 15))
}

/// A text as the value of a parameter, or as one segment: only what is the same resource either way stands as it is.
func appendEncoded(_ text: String, to output: inout [UInt8]) {
    for byte in text.utf8 {
        if isUnreserved(byte) { output.append(byte) } else { appendEscape(byte, to: &output) }
    }
}

/// Letters, digits, `-`, `.`, `_` and `~`: the same resource with and without an escape (RFC 3986 §2.3).
func isUnreserved(_ byte: UInt8) -> Bool {
    switch byte {
    case 48...57, 65...90, 97...122, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"): true
    default: false
    }
}

private func hexValue(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 48...57: byte - 48
    case 65...70: byte - 55
    case 97...102: byte - 87
    default: nil
    }
}

private func hexDigit(_ nibble: UInt8) -> UInt8 { nibble < 10 ? 48 + nibble : 55 + nibble }
