import Crypto
import JOSE
import Testing

@Suite struct JWKSetTests {
    private let all = Tokens.keys(("r", Tokens.rsa), ("e", Tokens.p256), ("o", Tokens.ed25519))

    @Test func `a set that is served is read back`() throws {
        #expect(try KeySet(jwkSet: all.jwkSet) == all)
        #expect(all.entries.map(\.key.parameters.algorithm) == [.rs256, .es256, .edDSA])
    }

    @Test func `equality is that of ids and key material, in any order`() throws {
        #expect(all == KeySet(all.entries.reversed()))
        #expect(all != Tokens.keys(("r", Tokens.rsa), ("e", Tokens.p256)))
        #expect(Tokens.keys(("r", Tokens.rsa)) != Tokens.keys(("r", Tokens.otherRSA)))
        #expect(Tokens.keys(("r", Tokens.rsa)) != Tokens.keys(("s", Tokens.rsa)))
        #expect(try KeySet(pem: Tokens.rsa.publicKey.pem) != Tokens.keys((nil, Tokens.rsa)))
    }

    @Test(arguments: [
        #""use":"enc""#, #""use":1"#, #""use":null"#, #""alg":"RS512""#, #""alg":"PS256""#, #""alg":"HS256""#, #""alg":"RSA-OAEP""#,
        #""alg":1"#,
        #""key_ops":["sign"]"#, #""key_ops":[]"#, #""key_ops":"verify""#, #""kid":1"#, #""kty":"rsa""#, #""kty":"oct""#,
        #""kty":"EC""#, #""n":"AQAB""#,
        #""n":1"#, #""e":"""#, #""e":"AQ""#, #""n":"!!""#,
    ])
    func `a key that is of no use here is passed over`(member: String) throws {
        #expect(try KeySet(jwkSet: set(jwk(replacing: member))).isEmpty)
        #expect(try KeySet(jwkSet: set(jwk(replacing: member), jwk(replacing: #""kid":"good""#))).entries.map(\.keyID) == ["good"])
    }

    @Test(arguments: [#""use":"sig""#, #""alg":"RS256""#, #""key_ops":["verify"]"#, #""x5c":["AAAA"]"#, #""unknown":{}"#])
    func `a key that says what it is for is used`(member: String) throws {
        #expect(try KeySet(jwkSet: set(jwk(replacing: member))).entries.count == 1)
    }

    /// An HMAC secret that everybody can read proves nothing.
    @Test func `a shared secret in a key set is passed over`() throws {
        #expect(
            try KeySet(jwkSet: Array(#"{"keys":[{"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qz","kid":"a","alg":"HS256"}]}"#.utf8))
                .isEmpty)
    }

    @Test func `two different keys with one id make the set ambiguous`() throws {
        let (a, b) = (Tokens.keys(("k", Tokens.rsa)), Tokens.keys(("k", Tokens.otherRSA)))
        #expect(throws: JWKSetError.ambiguousKeyID("k")) { try KeySet(jwkSet: KeySet(a.entries + b.entries).jwkSet) }
        #expect(throws: JWKSetError.ambiguousKeyID(nil)) {
            try KeySet(jwkSet: Tokens.keys((nil, Tokens.rsa), (nil, Tokens.p256)).jwkSet)
        }
        #expect(try KeySet(jwkSet: KeySet(a.entries + a.entries).jwkSet) == a)
    }

    @Test(arguments: [
        "", "{}", "[]", "null", #"{"keys":null}"#, #"{"keys":{}}"#, #"{"keys":[1]}"#, #"{"keys":["a"]}"#, #"{"keys":[],"keys":[]}"#,
        #"{"keys":[]"#,
        "<html>", #"{"keys":[{"kid":"a","kid":"b"}]}"#,
    ])
    func `what is no key set is refused`(json: String) {
        #expect(throws: JWKSetError.self) { try KeySet(jwkSet: Array(json.utf8)) }
    }

    @Test func `an empty set is a set`() throws { #expect(try KeySet(jwkSet: Array(#"{"keys":[]}"#.utf8)).isEmpty) }

    @Test func `size and number of keys are limited`() {
        let spaces = [UInt8](repeating: 0x20, count: 256 << 10)
        #expect(throws: JWKSetError.tooLarge(bytesMax: 256 << 10)) { try KeySet(jwkSet: Array(#"{"keys":[]}"#.utf8) + spaces) }
        let keys = [String](repeating: "{}", count: 65).joined(separator: ",")
        #expect(throws: JWKSetError.tooManyKeys(keysMax: 64)) { try KeySet(jwkSet: Array(#"{"keys":[\#(keys)]}"#.utf8)) }
    }

    /// The JWK of `Tokens.rsa` with one member put in or exchanged.
    private func jwk(replacing member: String) -> String {
        guard case .rsa(let modulus, let exponent) = Tokens.rsa.publicKey.parameters else { return "" }
        let members = [#""kty":"RSA""#, #""n":"\#(Base64.encodeURL(modulus))""#, #""e":"\#(Base64.encodeURL(exponent))""#]
        let name = member.prefix { $0 != ":" }
        return "{\((members.filter { !$0.hasPrefix(name) } + [member]).joined(separator: ","))}"
    }

    private func set(_ keys: String...) -> [UInt8] { Array(#"{"keys":[\#(keys.joined(separator: ","))]}"#.utf8) }
}
