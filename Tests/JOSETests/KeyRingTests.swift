import Crypto
import JOSE
import Telemetry
import Testing

@Suite struct KeyRingTests {
    @Test func `the key is the one that the token names`() throws {
        let ring = try KeyRing(Tokens.keys(("a", Tokens.rsa), ("b", Tokens.otherRSA), ("c", Tokens.p256)))
        #expect(ring.verify(try token("a")).verified?.key == Tokens.rsa.publicKey)
        #expect(ring.verify(try token("b")).name == "badSignature")
        #expect(ring.verify(try token("c")).name == "algorithmMismatch")
        #expect(ring.verify(try token("d")).name == "unknownKey")
        #expect(ring.verify(try token("A")).name == "unknownKey")
        #expect(ring.verify(try token(nil)).name == "unknownKey")
    }

    @Test func `an empty ring knows no key`() throws {
        #expect(KeyRing().verify(try token("a")).name == "unknownKey")
        #expect(try KeyRing(KeySet([])).verify(token(nil)).name == "unknownKey")
    }

    @Test func `a key without an id is only for tokens without one`() throws {
        let ring = try KeyRing(Tokens.keys((nil, Tokens.rsa)))
        #expect(ring.verify(try token(nil)).name == "verified")
        #expect(ring.verify(try token("a")).name == "unknownKey")
    }

    @Test func `the key of a PEM text is for every id`() throws {
        let ring = try KeyRing(KeySet(pem: Tokens.rsa.publicKey.pem))
        for id in [nil, "a", "b"] { #expect(ring.verify(try token(id)).name == "verified") }
        #expect(try KeyRing(KeySet(pem: Tokens.otherRSA.publicKey.pem)).verify(token("a")).name == "badSignature")
    }

    @Test func `a rotation that keeps the id takes effect, and the old key while it is kept`() throws {
        let ring = try KeyRing(Tokens.keys(("a", Tokens.otherRSA)), version: 1)
        #expect(ring.verify(try token("a")).name == "badSignature")
        let renewed = Tokens.keys(("a", Tokens.rsa))
        try ring.adopt(renewed.keeping(ring.keys), version: 2)
        #expect(ring.verify(try token("a")).name == "verified")
        #expect(ring.keys.contains(Tokens.otherRSA.publicKey))
        try ring.adopt(renewed, version: 3)
        #expect(ring.verify(try token("a")).name == "verified")
        #expect(!ring.keys.contains(Tokens.otherRSA.publicKey))
        #expect(ring.version == 3)
    }

    @Test func `keeping keys that are there already changes nothing`() {
        let keys = Tokens.keys(("a", Tokens.rsa))
        #expect(keys.keeping(keys) == keys)
    }

    private func token(_ keyID: String?) throws -> UnverifiedToken {
        try UnverifiedToken(try TokenSigner(Tokens.rsa, keyID: keyID).sign(claims: Array("{}".utf8)).expose().span)
    }
}
