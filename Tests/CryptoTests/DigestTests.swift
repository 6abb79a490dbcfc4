import Crypto
import Telemetry
import Testing

@Suite struct DigestTests {
    /// FIPS 180-4, examples of NIST.
    @Test func `the digests of abc are the standard's`() {
        #expect(
            Hexadecimal.encode(Digest.sha256(Array("abc".utf8)))
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(Hexadecimal.encode(Digest.sha256([])) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(Hexadecimal.encode(Digest.sha1(Array("abc".utf8))) == "a9993e364706816aba3e25717850c26c9cd0d89d")
    }

    /// RFC 4231 §4.2, §4.3 and §4.7.
    @Test(arguments: [
        (
            String(repeating: "0b", count: 20), "4869205468657265",
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        ),
        (
            "4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        ),
        (
            String(repeating: "aa", count: 131),
            "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b6579202d2048617368204b6579204669727374",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        ),
    ])
    func `the vectors of RFC 4231 hold, also when the key is used again`(key: String, message: String, code: String) throws {
        let hmac = try HMACKey(Secret(try Hexadecimal.decode(key)))
        let bytes = try Hexadecimal.decode(message)
        for _ in 0..<3 { #expect(Hexadecimal.encode(hmac.code(bytes)) == code) }
        var wrong = try Hexadecimal.decode(code)
        #expect(hmac.accepts(wrong, bytes))
        wrong[31] ^= 1
        #expect(!hmac.accepts(wrong, bytes))
        #expect(!hmac.accepts([], bytes))
        #expect(!hmac.accepts(Array(wrong[..<31]), bytes))
    }

    @Test func `an empty secret is refused`() { #expect(throws: CryptoError.emptySecret) { try HMACKey(Secret([])) } }

    @Test func `a public key is no secret, in PEM, behind white space, and in DER`() throws {
        let key = try PrivateKey(generating: .rs256).publicKey
        for text in [key.pem, " \n\t" + key.pem, "x" + key.pem] {
            #expect(throws: CryptoError.secretIsPublicKey) { try HMACKey(Secret(text)) }
        }
        let body = key.pem.split(separator: "\n").dropFirst().dropLast().joined()
        let der = try Base64.decode(body)
        #expect(throws: CryptoError.secretIsPublicKey) { try HMACKey(Secret(der)) }
        let x25519 = try Base64.decode("MCowBQYDK2VuAyEAF2yKdmlNtyPCrliG2Rkfolx8jlA0/kEJEA6AfVtBk1U=")
        #expect(throws: CryptoError.secretIsPublicKey) { try HMACKey(Secret(x25519)) }
    }

    @Test func `comparison in constant time is comparison`() {
        #expect(isEqual([], []))
        #expect(isEqual([1, 2], [1, 2]))
        #expect(!isEqual([1, 2], [1, 3]))
        #expect(!isEqual([1, 2], [1]))
    }

    @Test func `random bytes differ`() { #expect(RandomBytes.make(16) != RandomBytes.make(16)) }
}
