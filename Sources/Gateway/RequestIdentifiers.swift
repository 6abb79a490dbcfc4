import Crypto
import HTTP
import HTTP1

/// Makes the ids of one worker's requests: a UUIDv7 (RFC 9562 §5.7) as request id, and the two parts of a W3C
/// `traceparent`. The randomness is OpenSSL's, drawn a block at a time, because ids that can be guessed let one client
/// speak of another's requests.
struct RequestIdentifiers {
    private var random: [UInt8] = []
    private var used = 0

    /// Appends 36 characters.
    mutating func appendRequestID(at wallMilliseconds: Int64, to output: inout [UInt8]) {
        var bytes = InlineArray<16, UInt8>(repeating: 0)
        for index in 0..<6 { bytes[index] = UInt8(truncatingIfNeeded: wallMilliseconds >> Int64(40 - index * 8)) }
        let start = take(10)
        for index in 0..<10 { bytes[6 + index] = random[start + index] }
        bytes[6] = bytes[6] & 0x0F | 0x70
        bytes[8] = bytes[8] & 0x3F | 0x80
        var text = InlineArray<36, UInt8>(repeating: UInt8(ascii: "-"))
        for index in 0..<16 {
            let hyphens = index < 4 ? 0 : min(4, (index - 2) / 2)
            setHex(bytes[index], in: &text, at: index * 2 + hyphens)
        }
        output.append(copying: text.span)
    }

    /// Appends a new `traceparent` value (W3C Trace Context §3.2), unsampled: Segue records no spans.
    mutating func appendTraceparent(to output: inout [UInt8]) {
        var text = InlineArray<55, UInt8>(repeating: UInt8(ascii: "-"))
        let start = take(24)
        setHex(0, in: &text, at: 0)
        for index in 0..<16 { setHex(random[start + index], in: &text, at: 3 + index * 2) }
        for index in 0..<8 { setHex(random[start + 16 + index], in: &text, at: 36 + index * 2) }
        setHex(0, in: &text, at: 53)
        output.append(copying: text.span)
    }

    private mutating func take(_ count: Int) -> Int {
        if used + count > random.count {
            random = RandomBytes.make(4096)
            used = 0
        }
        defer { used += count }
        return used
    }
}

private func setHex<let count: Int>(_ byte: UInt8, in text: inout InlineArray<count, UInt8>, at index: Int) {
    // Both digits at once, each in its half: what is above 9 is moved from behind '9' to 'a'.
    let digits = UInt16(byte & 15) << 8 | UInt16(byte >> 4)
    let letters = (digits &+ 0x0606) >> 4 & 0x0101
    let hex = digits &+ 0x3030 &+ letters &* 39
    text[index] = UInt8(truncatingIfNeeded: hex)
    text[index + 1] = UInt8(truncatingIfNeeded: hex >> 8)
}

/// Whether a client's request id may be kept: letters, digits, `.`, `_` and `-`, 128 of them at most.
func isAcceptableRequestID(_ value: Span<UInt8>) -> Bool {
    guard value.count > 0, value.count <= 128 else { return false }
    for index in value.indices {
        switch value[index] {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
            continue
        default: return false
        }
    }
    return true
}

/// Whether a `traceparent` may be passed on (W3C Trace Context §3.2.2): version 00, lower-case hex, no all-zero ids.
func isValidTraceparent(_ value: Span<UInt8>) -> Bool {
    guard value.count == 55, value[0] == 48, value[1] == 48, value[2] == 45, value[35] == 45, value[52] == 45 else { return false }
    var traceIsZero = true
    var parentIsZero = true
    for index in value.indices where index != 2 && index != 35 && index != 52 {
        let byte = value[index]
        guard byte >= 48 && byte <= 57 || byte >= 97 && byte <= 102 else { return false }
        if byte != 48, index > 2, index < 35 { traceIsZero = false }
        if byte != 48, index > 35, index < 52 { parentIsZero = false }
    }
    return !traceIsZero && !parentIsZero
}
