import Crypto
import Telemetry
import Testing

@Suite struct SignatureVerifierTests {
    /// RFC 7515 §A.2 and §A.3, RFC 8037 §A.4: key parameters, what is signed, signature.
    static let vectors: [(parameters: [String], message: String, signature: String)] = [
        (
            [
                "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ",
                "AQAB",
            ],
            "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ",
            "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"
        ),
        (
            ["f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0", "P-256"],
            "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ",
            "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
        ),
        (
            ["11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"], "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc",
            "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
        ),
    ]

    @Test(arguments: 0..<3) func `the published vectors verify, and no changed byte does`(index: Int) throws {
        let verifier = try SignatureVerifier(try key(Self.vectors[index].parameters))
        let message = Array(Self.vectors[index].message.utf8)
        let signature = try Base64.decodeURL(Self.vectors[index].signature)
        #expect(verifier.accepts(signature, message))
        for position in signature.indices {
            var changed = signature
            changed[position] ^= 1
            #expect(!verifier.accepts(changed, message))
        }
        var changed = message
        changed[30] ^= 1
        #expect(!verifier.accepts(signature, changed))
        #expect(verifier.accepts(signature, message), "a refused signature must not spoil the next")
    }

    @Test(arguments: SignatureAlgorithm.allCases)
    func `what a key signs verifies with that key only`(algorithm: SignatureAlgorithm) throws {
        let (key, other) = (try PrivateKey(generating: algorithm), try PrivateKey(generating: algorithm))
        let message = RandomBytes.make(900)
        for _ in 0..<20 {
            let signature = try key.sign(message)
            #expect(try SignatureVerifier(key.publicKey).accepts(signature, message))
            #expect(try !SignatureVerifier(other.publicKey).accepts(signature, message))
        }
    }

    @Test(arguments: SignatureAlgorithm.allCases)
    func `a private key survives PEM and does not show itself`(algorithm: SignatureAlgorithm) throws {
        let key = try PrivateKey(generating: algorithm)
        let pem = try key.pem()
        #expect(try PrivateKey(pem: pem).publicKey == key.publicKey)
        #expect("\(pem)" == "[redacted]")
    }

    @Test func `a private key that is public, encrypted or garbage is refused`() throws {
        let encrypted = """
            -----BEGIN ENCRYPTED PRIVATE KEY-----
            MIGbMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAgxyTTJFvUJ1QICCAAwDAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEAZ8lqCxlG8a+Hz6MqUm0mI=
            -----END ENCRYPTED PRIVATE KEY-----
            """
        for text in [try PrivateKey(generating: .es256).publicKey.pem, encrypted, "", "garbage"] {
            #expect(throws: CryptoError.self) { try PrivateKey(pem: Secret(text)) }
        }
    }

    /// CVE-2022-21449, and what Wycheproof tries with the two numbers.
    @Test func `no ECDSA signature with zero, the order or its neighbours verifies`() throws {
        let verifier = try SignatureVerifier(try PrivateKey(generating: .es256).publicKey)
        let order = try Hexadecimal.decode("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551")
        var (above, one) = (order, [UInt8](repeating: 0, count: 32))
        above[31] += 1
        one[31] = 1
        let numbers = [[UInt8](repeating: 0, count: 32), one, order, above, [UInt8](repeating: 0xFF, count: 32)]
        for r in numbers { for s in numbers { #expect(!verifier.accepts((r + s), [1, 2, 3])) } }
    }

    @Test func `an ECDSA signature in DER, or of another length, does not verify`() throws {
        let key = try PrivateKey(generating: .es256)
        let verifier = try SignatureVerifier(key.publicKey)
        let signature = try key.sign([1])
        for wrong in [
            [], Array(signature.dropLast()), signature + [0], [0] + signature, Array(signature[..<32]), [0x30, 0x44] + signature,
        ] {
            #expect(!verifier.accepts(wrong, [1]))
        }
    }

    @Test func `an RSA signature of another length does not verify`() throws {
        let key = try PrivateKey(generating: .rs256)
        let verifier = try SignatureVerifier(key.publicKey)
        let signature = try key.sign([1])
        for wrong in [[], Array(signature.dropFirst()), [0] + signature, signature + [0], [UInt8](repeating: 0, count: 256)] {
            #expect(!verifier.accepts(wrong, [1]))
        }
    }

    private func key(_ parameters: [String]) throws -> PublicKey {
        let bytes = try parameters.prefix(2).map { try Base64.decodeURL($0) }
        return switch parameters.count {
        case 1: try PublicKey(.ed25519(x: bytes[0]))
        case 2: try PublicKey(.rsa(modulus: bytes[0], exponent: bytes[1]))
        default: try PublicKey(.p256(x: bytes[0], y: bytes[1]))
        }
    }
}
