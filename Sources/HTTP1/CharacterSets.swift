/// The bytes that a grammar allows, as one bit for each ASCII byte. Bytes from 0x80 on belong to none of them.
struct CharacterSet128: Sendable {
    private let low: UInt64
    private let high: UInt64

    @inline(__always)
    private init(low: UInt64, high: UInt64) {
        self.low = low
        self.high = high
    }

    @inline(__always)
    func contains(_ byte: UInt8) -> Bool {
        let word = byte < 64 ? low : high
        return byte < 128 && word &>> UInt64(byte & 63) & 1 == 1
    }

    // Each constant is held against its grammar, written out, by `CharacterSetsTests`.

    /// `tchar` (RFC 9110 §5.6.2): ``!#$%&'*+-.^_`|~`` DIGIT ALPHA.
    static var token: CharacterSet128 { CharacterSet128(low: 0x03FF_6CFA_0000_0000, high: 0x57FF_FFFF_C7FF_FFFE) }

    /// What a path may hold: `pchar` and `/` (RFC 3986 §3.3), and the brackets that clients send there unencoded.
    static var path: CharacterSet128 { CharacterSet128(low: 0x2FFF_FFF2_0000_0000, high: 0x47FF_FFFE_AFFF_FFFF) }

    /// What a query may hold: the same with `?` (RFC 3986 §3.4), and ``^ ` { | }``, which the URL Standard of the
    /// browsers leaves unencoded there. No origin takes these for a delimiter; `# \ " < >` stay refused.
    static var query: CharacterSet128 { CharacterSet128(low: 0xAFFF_FFF2_0000_0000, high: 0x7FFF_FFFF_EFFF_FFFF) }

    /// `unreserved` (RFC 3986 §2.3).
    static var unreserved: CharacterSet128 { CharacterSet128(low: 0x03FF_6000_0000_0000, high: 0x47FF_FFFE_87FF_FFFE) }
}

extension UInt8 {
    /// A control byte, DEL included and HTAB excepted (RFC 9110 §5.5).
    @inline(__always)
    var isControl: Bool { self < 0x20 && self != 0x09 || self == 0x7F }

    @inline(__always)
    var isControlOrTab: Bool { self < 0x20 || self == 0x7F }

    @inline(__always)
    var isTokenCharacter: Bool { CharacterSet128.token.contains(self) }

    /// SP or HTAB, which is all that RFC 9110 §5.6.3 calls white space.
    @inline(__always)
    var isWhiteSpace: Bool { self == 0x20 || self == 0x09 }

    @inline(__always)
    var isDigit: Bool { self &- 0x30 < 10 }

    /// The value of a hexadecimal digit.
    @inline(__always)
    var hexValue: UInt8? {
        if isDigit { return self &- 0x30 }
        let letter = (self | 0x20) &- 0x61
        return letter < 6 ? letter &+ 10 : nil
    }
}
