/// E-mail addresses as the linking rules compare them: A–Z equals a–z and nothing else is folded. Unicode's case
/// mapping makes `ı` or `K` (KELVIN SIGN) out of letters that they are not, dots and `+tag` are other people, and all of
/// these have been used to take over accounts (devise#5171, wasp#4698).
enum EmailAddress {
    static func areSame(_ a: String, _ b: String) -> Bool {
        a.utf8.count == b.utf8.count && zip(a.utf8, b.utf8).allSatisfy { lower($0) == lower($1) }
    }

    static func isASCII(_ address: String) -> Bool { address.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F } }

    /// Clerk's test addresses verify with a published code, in production too where somebody enabled them.
    static func isTest(_ address: String) -> Bool {
        let bytes = address.utf8.map(lower)
        let mark = Array("+clerk_test".utf8)
        return bytes.indices.contains { bytes[$0...].starts(with: mark) }
    }

    static func folded(_ address: String) -> String { String(decoding: address.utf8.map(lower), as: UTF8.self) }

    static func lower(_ byte: UInt8) -> UInt8 { byte &- 65 < 26 ? byte | 0x20 : byte }
}
