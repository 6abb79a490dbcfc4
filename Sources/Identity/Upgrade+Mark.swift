import Authentication
import Crypto

extension Upgrade {
    /// By what a session is known that was exchanged: a SHA-256. Nobody shall get a second ticket for it by spelling its credential in
    /// another way. Where the old application compares loosely (`uuid`, `citext`, blanks behind `char(n)`), or decodes a cookie first, a
    /// credential has many spellings, so that letters and digits count, in any case. Of a token in compact serialization all that was
    /// signed counts: an ECDSA signature (r, s) has a twin, (r, n − s).
    package static func mark(of credential: [UInt8]) -> String {
        let credential = PercentDecoding.decode(credential.indices, in: credential)
        let parts = credential.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let isCompact = parts.count == 3 && credential.starts(with: "eyJ".utf8)
        let words = isCompact ? Array(credential.dropLast(parts[2].count)) : credential.compactMap(folded)
        // What has neither letters nor digits is itself.
        return Hexadecimal.encode(Digest.sha256(words.isEmpty ? credential : words))
    }

    private static func folded(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte | 0x20
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), 0x80...: byte
        default: nil
        }
    }
}
