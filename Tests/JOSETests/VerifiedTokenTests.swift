import Crypto
import GatewayTesting
import JOSE
import Telemetry
import Testing

@Suite struct VerifiedTokenTests {
    /// RFC 7515 §A.1.
    @Test func `the HS256 vector verifies`() throws {
        let secret = Secret(
            try Base64.decodeURL("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"))
        let text =
            "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
        let token = try #require(try TokenVerifier(secret).verify(UnverifiedToken(text)).verified)
        #expect(token.claims.issuer == .value("joe"))
        #expect(token.claims.expires == .value(1_300_819_380))
        #expect(token.claims.bool("http://example.com/is_root") == .value(true))
        #expect(token.key == nil)
        #expect(try TokenVerifier(Tokens.secret).verify(UnverifiedToken(text)).name == "badSignature")
    }

    @Test(arguments: SignatureAlgorithm.allCases)
    func `what is signed verifies with that key and no other`(algorithm: SignatureAlgorithm) throws {
        let (key, other) = (try PrivateKey(generating: algorithm), try PrivateKey(generating: algorithm))
        let text = try TokenSigner(key, keyID: "k").sign(claims: Array(#"{"sub":"a"}"#.utf8), category: "c")
        let token = try UnverifiedToken(text.expose().span)
        #expect(try TokenVerifier(key.publicKey).verify(token).verified?.key == key.publicKey)
        #expect(try TokenVerifier(other.publicKey).verify(token).name == "badSignature")
        #expect(token.header.keyID == "k")
        #expect(token.header.type == "JWT")
        #expect(token.header.category == "c")
    }

    /// CVE-2016-10555 and its kin: the public key as the secret of an HMAC.
    @Test func `a token that is signed with the public key as a secret does not verify`() throws {
        let publicKey = Tokens.rsa.publicKey
        #expect(throws: CryptoError.secretIsPublicKey) { try TokenVerifier(Secret(publicKey.pem)) }
        #expect(throws: CryptoError.secretIsPublicKey) {
            try TokenSigner(Secret("\n" + publicKey.pem), keyID: nil).sign(claims: Array("{}".utf8))
        }
        // An attacker needs no signer of ours: the code is made from text that only looks like the key.
        let forged = try TokenSigner(Secret(publicKey.pem.replacing("-", with: "_")), keyID: nil).sign(claims: Array("{}".utf8))
        #expect(try TokenVerifier(publicKey).verify(UnverifiedToken(forged.expose().span)).name == "algorithmMismatch")
    }

    @Test func `a key is for its own algorithm, whatever the header says`() throws {
        let verifiers =
            try [Tokens.rsa, Tokens.p256, Tokens.ed25519].map { try TokenVerifier($0.publicKey) } + [TokenVerifier(Tokens.secret)]
        let names = ["RS256", "ES256", "EdDSA", "HS256"]
        for (own, verifier) in verifiers.enumerated() {
            for (other, name) in names.enumerated() where other != own {
                #expect(verifier.verify(try Tokens.signed(#"{"alg":"\#(name)"}"#)).name == "algorithmMismatch")
            }
        }
    }

    @Test func `a header that was exchanged spoils the signature`() throws {
        let parts = try Tokens.signedText(#"{"alg":"RS256"}"#).split(separator: ".")
        let header = Base64.encodeURL(Array(#"{"alg":"RS256","typ":"JWT"}"#.utf8))
        #expect(
            try TokenVerifier(Tokens.rsa.publicKey).verify(UnverifiedToken("\(header).\(parts[1]).\(parts[2])")).name
                == "badSignature")
    }

    /// CVE-2018-0114.
    @Test(arguments: ["jwk", "jku", "x5u", "x5c"]) func `a key that comes with the token is not used`(member: String) throws {
        let (key, set) = (Tokens.otherRSA, Tokens.keys(("k", Tokens.otherRSA)).jwkSet)
        let jwk = String(decoding: set, as: UTF8.self).dropFirst(#"{"keys":["#.count).dropLast(2)
        let header = #"{"alg":"RS256","kid":"k","\#(member)":\#(jwk)}"#
        let text = try TokenSigner(key, keyID: nil).sign(header: Array(header.utf8), claims: Array("{}".utf8))
        let token = try UnverifiedToken(text.expose().span)
        #expect(try KeyRing(Tokens.keys(("k", Tokens.rsa))).verify(token).name == "badSignature")
        #expect(try KeyRing(KeySet([])).verify(token).name == "unknownKey")
    }

    /// CVE-2022-21449.
    @Test func `a psychic signature does not verify`() throws {
        let text = Tokens.text(#"{"alg":"ES256"}"#).dropLast(4) + Base64.encodeURL([UInt8](repeating: 0, count: 64))
        #expect(try TokenVerifier(Tokens.p256.publicKey).verify(UnverifiedToken(String(text))).name == "badSignature")
    }

    @Test func `a signature in DER, cut short or of another token does not verify`() throws {
        let verifier = try TokenVerifier(Tokens.p256.publicKey)
        let signer = TokenSigner(Tokens.p256, keyID: nil)
        let parts = try signer.sign(claims: Array(#"{"sub":"a"}"#.utf8)).exposeText().split(separator: ".").map(String.init)
        let other = try signer.sign(claims: Array(#"{"sub":"b"}"#.utf8)).exposeText().split(separator: ".").map(String.init)
        let raw = try Base64.decodeURL(parts[2])
        let der = [0x30, 0x44, 0x02, 0x20] + raw[..<32] + [0x02, 0x20] + raw[32...]
        for signature in [Base64.encodeURL(der), Base64.encodeURL(Array(raw.dropLast())), Base64.encodeURL(raw + [0]), other[2]] {
            #expect(verifier.verify(try UnverifiedToken("\(parts[0]).\(parts[1]).\(signature)")).name == "badSignature")
        }
    }

    @Test func `an empty secret is refused`() { #expect(throws: CryptoError.emptySecret) { try TokenVerifier(Secret("")) } }

    @Test func `no mutation of a valid token is ever verified`() throws {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SplitMix(state: seed)
        let rsa = TokenSigner(Tokens.rsa, keyID: "k"), hmac = TokenSigner(Tokens.secret, keyID: "k")
        let ring = try KeyRing(Tokens.keys(("k", Tokens.rsa)))
        let verifier = try TokenVerifier(Tokens.secret)
        let claims = Array(#"{"iss":"https://a.example","sub":"user_1","exp":1732165367,"azp":"https://b.example"}"#.utf8)
        let tokens = [try rsa.sign(claims: claims).expose(), try hmac.sign(claims: claims).expose()]
        for round in 0..<20_000 {
            let original = tokens[round % 2]
            let changed = mutate(original, &random)
            guard changed != original, let token = try? UnverifiedToken(changed.span) else { continue }
            let verdicts = [ring.verify(token), verifier.verify(token)]
            #expect(verdicts.allSatisfy { $0.verified == nil }, "seed \(seed): \(String(decoding: changed, as: UTF8.self))")
        }
    }

    private func mutate(_ token: [UInt8], _ random: inout SplitMix) -> [UInt8] {
        var token = token
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.".utf8)
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            let position = Int.random(in: 0..<token.count, using: &random)
            switch Int.random(in: 0..<5, using: &random) {
            case 0: token[position] = alphabet.randomElement(using: &random) ?? 0
            case 1: token[position] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 2: token.remove(at: position)
            case 3: token.insert(alphabet.randomElement(using: &random) ?? 0, at: position)
            default: token.swapAt(position, Int.random(in: 0..<token.count, using: &random))
            }
        }
        return token
    }
}
