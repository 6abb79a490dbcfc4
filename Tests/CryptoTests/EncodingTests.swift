import Crypto
import Testing

@Suite struct EncodingTests {
    /// RFC 4648 §10.
    @Test(arguments: [
        ("", "", ""), ("f", "Zg==", "66"), ("fo", "Zm8=", "666f"), ("foo", "Zm9v", "666f6f"), ("foob", "Zm9vYg==", "666f6f62"),
        ("fooba", "Zm9vYmE=", "666f6f6261"), ("foobar", "Zm9vYmFy", "666f6f626172"),
    ])
    func `the vectors of RFC 4648 hold in both directions`(text: String, base64: String, hexadecimal: String) throws {
        let bytes = Array(text.utf8)
        let urlSafe = String(base64.prefix { $0 != "=" })
        #expect(Base64.encode(bytes) == base64)
        #expect(Base64.encodeURL(bytes) == urlSafe)
        #expect(Hexadecimal.encode(bytes) == hexadecimal)
        #expect(try Base64.decode(base64) == bytes)
        #expect(try Base64.decodeURL(urlSafe) == bytes)
        #expect(try Hexadecimal.decode(hexadecimal.uppercased()) == bytes)
    }

    @Test func `every length survives a round trip`() throws {
        for count in 0..<100 {
            let bytes = RandomBytes.make(count)
            #expect(try Base64.decode(Base64.encode(bytes)) == bytes)
            #expect(try Base64.decodeURL(Base64.encodeURL(bytes)) == bytes)
            #expect(try Hexadecimal.decode(Hexadecimal.encode(bytes)) == bytes)
        }
    }

    @Test(arguments: [
        "A", "AAAAA", "Zg==", "Zg=", "Z g", "Zg\n", " Zg", "Zm9v=", "Zm+v", "Zm/v", "Zh", "Zm9", "ZÄ", "Zg.", "\0Zg", "Zm9vY",
    ])
    func `base64url that is padded, spaced, of the wrong alphabet or with left-over bits is refused`(text: String) {
        #expect(throws: CryptoError.invalidEncoding) { try Base64.decodeURL(text) }
    }

    @Test(arguments: ["A", "Zg", "Zg=", "Zg===", "====", "=", "Z=g=", "Zm-v", "Zm_v", "Zh==", "Zm9=", "Zg==Zg==", "Zg==\n"])
    func `base64 that is not padded rightly or of the wrong alphabet is refused`(text: String) {
        #expect(throws: CryptoError.invalidEncoding) { try Base64.decode(text) }
    }

    @Test(arguments: ["0", "0g", "0x00", " 00", "00 ", "é"])
    func `what is not hexadecimal is refused`(text: String) {
        #expect(throws: CryptoError.invalidEncoding) { try Hexadecimal.decode(text) }
    }
}
