/// Clerk's publishable key: `pk_test_` or `pk_live_` and, in base64, the host of the Frontend API with a `$` behind it.
struct PublishableKey: Hashable, Sendable {
    let isLive: Bool
    /// The host of the Frontend API, with a port if there is one.
    let host: String

    init?(_ text: String) {
        let parts = text.split(separator: "_", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "pk", parts[1] == "test" || parts[1] == "live",
            let decoded = PublishableKey.decode(parts[2]),
            let text = String(validating: decoded, as: UTF8.self), text.last == "$"
        else { return nil }
        let host = text.dropLast()
        let allowed = host.utf8.allSatisfy {
            (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || [45, 46, 58].contains($0)
        }
        guard host.contains("."), allowed else { return nil }
        isLive = parts[1] == "live"
        self.host = String(host)
    }

    /// Standard base64 (RFC 4648 §4), padded or not.
    private static func decode(_ text: Substring) -> [UInt8]? {
        var digits = Array(text.utf8)
        if digits.count % 4 == 0 {
            for _ in 0..<2 where digits.last == UInt8(ascii: "=") { digits.removeLast() }
        }
        guard !digits.isEmpty, digits.count % 4 != 1 else { return nil }
        var result: [UInt8] = []
        var (bits, count): (UInt32, Int) = (0, 0)
        for digit in digits {
            guard let value = base64Value(digit) else { return nil }
            bits = bits << 6 | UInt32(value)
            count += 6
            if count >= 8 {
                count -= 8
                result.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        // What is left over must be zero, or two texts would be one key.
        return bits & ((1 << UInt32(count)) - 1) == 0 ? result : nil
    }

    private static func base64Value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 65...90: digit - 65
        case 97...122: digit - 71
        case 48...57: digit + 4
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
