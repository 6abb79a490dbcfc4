/// What a public key consists of, in the words of RFC 7518 §6 and RFC 8037. Two keys are the same when these are.
/// Integers are big-endian: a modulus and an exponent without leading zeros, coordinates with 32 bytes.
package enum PublicKeyParameters: Hashable, Sendable {
    case rsa(modulus: [UInt8], exponent: [UInt8])
    case p256(x: [UInt8], y: [UInt8])
    case ed25519(x: [UInt8])
}

extension PublicKeyParameters {
    /// The SubjectPublicKeyInfo of RFC 5280 §4.1.2.7, in DER.
    var subjectPublicKeyInfo: [UInt8] {
        switch self {
        case .rsa(let modulus, let exponent):
            // 1.2.840.113549.1.1.1 with NULL parameters: RFC 3279 §2.3.1.
            let algorithm: [UInt8] = [0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01, 0x05, 0x00]
            let key = DER.sequence(DER.integer(modulus) + DER.integer(exponent))
            return DER.sequence(DER.sequence(algorithm) + DER.bitString(key))
        case .p256(let x, let y):
            // 1.2.840.10045.2.1 on the curve 1.2.840.10045.3.1.7: RFC 5480 §2.1. 04 marks an uncompressed point.
            let algorithm: [UInt8] = [
                0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01, 0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07,
            ]
            return DER.sequence(DER.sequence(algorithm) + DER.bitString([0x04] + x + y))
        case .ed25519(let x):
            // 1.3.101.112: RFC 8410 §3.
            return DER.sequence(DER.sequence([0x06, 0x03, 0x2B, 0x65, 0x70]) + DER.bitString(x))
        }
    }
}

/// The little of X.690 that public keys and ECDSA signatures need.
enum DER {
    static func sequence(_ content: [UInt8]) -> [UInt8] { element(0x30, content) }

    static func bitString(_ content: [UInt8]) -> [UInt8] { element(0x03, [0x00] + content) }

    /// A non-negative integer: no leading zeros, but one where the first bit would read as a sign.
    static func integer(_ magnitude: some Collection<UInt8>) -> [UInt8] {
        let digits = Array(magnitude.drop { $0 == 0 })
        guard let first = digits.first else { return [0x02, 0x01, 0x00] }
        return element(0x02, first & 0x80 == 0 ? digits : [0x00] + digits)
    }

    private static func element(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
        guard content.count >= 0x80 else { return [tag, UInt8(content.count)] + content }
        let length = bigEndianBytes(of: content.count)
        return [tag, 0x80 | UInt8(length.count)] + length + content
    }

    private static func bigEndianBytes(of count: Int) -> [UInt8] {
        Array((0..<8).map { UInt8(truncatingIfNeeded: count >> (56 - $0 * 8)) }.drop { $0 == 0 })
    }
}
