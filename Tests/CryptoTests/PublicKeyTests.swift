import Crypto
import Testing

@Suite struct PublicKeyTests {
    @Test(arguments: SignatureAlgorithm.allCases)
    func `a key survives PEM and its parameters`(algorithm: SignatureAlgorithm) throws {
        let key = try PrivateKey(generating: algorithm).publicKey
        #expect(try PublicKey(pem: key.pem) == key)
        #expect(try PublicKey(key.parameters) == key)
        #expect(key.parameters.algorithm == algorithm)
        #expect(try PrivateKey(generating: algorithm).publicKey != key)
    }

    @Test func `a PEM text may have escaped line ends, other line ends, or only its body`() throws {
        let key = try PrivateKey(generating: .rs256).publicKey
        let body = key.pem.split(separator: "\n").dropFirst().dropLast()
        let texts = [
            key.pem.split(separator: "\n").joined(separator: "\\n"), key.pem.split(separator: "\n").joined(separator: "\r\n"),
            "  \(key.pem)\n\n", body.joined(), body.joined(separator: "\n"), body.joined(separator: "\\n") + "\\n",
            key.pem.split(separator: "\n").joined(separator: "\\r\\n"),
        ]
        for text in texts { #expect(try PublicKey(pem: text) == key) }
    }

    @Test func `a PEM text that is broken, doubled or of another label is refused`() throws {
        let pem = try PrivateKey(generating: .es256).publicKey.pem
        let texts = [
            "", " ", "-----BEGIN PUBLIC KEY-----", "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----", pem + pem,
            String(pem.dropLast(5)),
            pem.replacing("PUBLIC KEY", with: "RSA PUBLIC KEY"), pem.replacing("PUBLIC KEY", with: "CERTIFICATE"), "x" + pem,
            pem + "x", "AAAA",
            "not base64 at all", String(pem.split(separator: "\n")[1]),
        ]
        for text in texts { #expect(throws: CryptoError.self) { try PublicKey(pem: text) } }
    }

    /// RFC 7518 §3.3.
    @Test func `RSA below 2048 bits is refused`() {
        let pem = """
            -----BEGIN PUBLIC KEY-----
            MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDTHXyVsDAFjLCk0HHCVBCelfkZ
            N9je/lKCBEv+i7QOZXfFtcMXvmkk5dAI0fJ25yM7CycNfuuzxoAE+aOh6qrvPpDD
            C2uUEIU3E5TGca++Gf+K8t8+VUyuuatfASxj+E/96t2t3Mg89C94PyR3KedFbr2q
            wPrK5KodvY6LA2EOiQIDAQAB
            -----END PUBLIC KEY-----
            """
        #expect(throws: CryptoError.modulusSize(bits: 1024)) { try PublicKey(pem: pem) }
    }

    @Test func `a modulus of more than 8192 bits is refused before it costs anything`() {
        let modulus = [UInt8](repeating: 0xFF, count: 1025)
        #expect(throws: CryptoError.modulusSize(bits: 8200)) { try PublicKey(.rsa(modulus: modulus, exponent: [1, 0, 1])) }
    }

    @Test(arguments: [
        // P-384
        "MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEI/2iyQ9iRGwQ1OwEbfrUW+Y3fyJv2IMsmimkoWUmN0OWselpPM+PjJtUV/y4TlQtMmsMr69rqi9BHmv39ovJhaZ8BBiN71AhttcGCraLBCg/srza3fiz5JstsBoc/DNK",
        // X25519
        "MCowBQYDK2VuAyEAF2yKdmlNtyPCrliG2Rkfolx8jlA0/kEJEA6AfVtBk1U=",
        // RSASSA-PSS
        "MIIBIDALBgkqhkiG9w0BAQoDggEPADCCAQoCggEBAMvh8A0u2raEmbQ+HD5ZoVAprTbNhYeIA9N4akG/xVZa8LZh9eRyaU/W6tmm7xVWyFa+BPLymgsW6ESmIwgqXXPoj2LOMxV4W1CIwmDXUeVZXYM253QCxsM2afpQgVHaJlksGZPNYcmx47kUKTs1G9RXMLXVYP++U7bo9MekyI54AweqKrdOAddflbfO7icgwMigxUPRfo9J+GnChgLBTbCar78Irwar62+9/6Mi9yIpgQQpctDrmMv9sy97wqaI13A0nnCDvePg95bhs0ZWA0pEDM4SL1HCFH59q75HI3Gna7i8h1i9txJBe80edzDvO8rH9xlSjbPQ6KrvpMcgYgkCAwEAAQ==",
    ])
    func `a key that no algorithm here uses is refused`(pem: String) {
        #expect(throws: CryptoError.unsupportedKey) { try PublicKey(pem: pem) }
    }

    @Test func `a point that is not on P-256 is refused`() throws {
        guard case .p256(let x, var y) = try PrivateKey(generating: .es256).publicKey.parameters else { return }
        y[31] ^= 1
        #expect(throws: CryptoError.invalidKeyParameters) { try PublicKey(.p256(x: x, y: y)) }
        let zero = [UInt8](repeating: 0, count: 32)
        #expect(throws: CryptoError.invalidKeyParameters) { try PublicKey(.p256(x: zero, y: zero)) }
    }

    @Test func `coordinates of another length are refused`() throws {
        guard case .p256(let x, let y) = try PrivateKey(generating: .es256).publicKey.parameters else { return }
        #expect(throws: CryptoError.invalidKeyParameters) { try PublicKey(.p256(x: Array(x.dropFirst()), y: y)) }
        #expect(throws: CryptoError.invalidKeyParameters) { try PublicKey(.p256(x: [0] + x, y: y)) }
        #expect(throws: CryptoError.invalidKeyParameters) { try PublicKey(.ed25519(x: x + [0])) }
        #expect(throws: CryptoError.invalidKeyParameters) { try PublicKey(.ed25519(x: [])) }
    }

    @Test func `an even modulus and an exponent of 1 are refused, a leading zero is not`() throws {
        guard case .rsa(var modulus, let exponent) = try PrivateKey(generating: .rs256).publicKey.parameters else { return }
        #expect(throws: CryptoError.invalidKeyParameters) { try PublicKey(.rsa(modulus: modulus, exponent: [1])) }
        #expect(throws: CryptoError.self) { try PublicKey(.rsa(modulus: modulus, exponent: [])) }
        #expect(
            try PublicKey(.rsa(modulus: [0] + modulus, exponent: [0] + exponent))
                == PublicKey(.rsa(modulus: modulus, exponent: exponent)))
        modulus[modulus.count - 1] &= 0xFE
        #expect(throws: CryptoError.invalidKeyParameters) { try PublicKey(.rsa(modulus: modulus, exponent: exponent)) }
    }
}
