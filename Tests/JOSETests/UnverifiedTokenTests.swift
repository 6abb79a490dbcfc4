import Crypto
import JOSE
import JSON
import Testing

@Suite struct UnverifiedTokenTests {
    @Test func `header and claims are read`() throws {
        let token = try Tokens.signed(#"{"alg":"RS256","kid":"ins_1","typ":"JWT","cat":"cl_B7d4PD111AAA","oiat":1,"x":{"y":[]}}"#)
        #expect(token.header.algorithm == .signature(.rs256))
        #expect(token.header.keyID == "ins_1")
        #expect(token.header.type == "JWT")
        #expect(token.header.category == "cl_B7d4PD111AAA")
        #expect(token.unverifiedClaims.subject == .value("user_1"))
    }

    @Test(arguments: ["", ".", "..", "...", "a", "a.b", "a..c", ".b.c", "a.b.", "a.b.c.d", "a.b.c.", ".a.b.c", "a.b.c.d.e"])
    func `what is not three parts is no token`(text: String) { #expect(tokenError(text) == .notCompact) }

    @Test func `an unsigned token has no third part`() {
        #expect(tokenError(String(Tokens.text(#"{"alg":"none"}"#).dropLast(4))) == .notCompact)
    }

    @Test func `a token of more than 8 KiB is refused`() {
        #expect(tokenError("a.b." + String(repeating: "A", count: 8189)) == .tooLarge(bytesMax: 8192))
        #expect(tokenError("a.b." + String(repeating: "A", count: 8188)) == .invalidEncoding(.header))
    }

    @Test func `base64 in any but its strict form is refused in each part`() throws {
        let text = try Tokens.signedText(#"{"alg":"RS256"}"#, #"{"a":"\#(String(repeating: "?>", count: 5))"}"#)
        let parts = text.split(separator: ".").map(String.init)
        for (index, part) in [TokenError.Part.header, .payload, .signature].enumerated() {
            for wrong in [
                parts[index] + "=", parts[index] + "==", " " + parts[index], parts[index] + "\n", "+" + parts[index],
                "é" + parts[index],
            ] {
                var changed = parts
                changed[index] = wrong
                #expect(tokenError(changed.joined(separator: ".")) == .invalidEncoding(part))
            }
        }
        #expect(tokenError(text + "\r\n") == .invalidEncoding(.signature))
        #expect(tokenError(text.replacing("_", with: "/").replacing("-", with: "+")) != nil)
    }

    @Test func `left-over bits of the last character are refused, so a token has one text`() throws {
        let text = try Tokens.signedText(#"{"alg":"RS256"}"#)
        #expect(text.utf8.last.map { "AQgw".utf8.contains($0) } == true, "256 bytes leave four bits")
        let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        let accepted = alphabet.filter { tokenError(String(text.dropLast()) + String($0)) == nil }
        #expect(accepted.count == 4)
    }

    @Test(arguments: ["[]", "1", "null", "\"alg\"", "", "{", "{}x", "\u{FEFF}{}"])
    func `a header or payload that is no JSON object is refused`(json: String) {
        #expect(isInvalidJSON(Tokens.text(json.isEmpty ? " " : json), .header))
        #expect(isInvalidJSON(Tokens.text(#"{"alg":"RS256"}"#, json.isEmpty ? " " : json), .payload))
    }

    @Test(arguments: [
        #"{"alg":"RS256","alg":"HS256"}"#, #"{"alg":"RS256","\u0061lg":"none"}"#, #"{"alg":"RS256","x":{"a":1,"a":2}}"#,
    ])
    func `a member that the header has twice is refused`(header: String) { #expect(isInvalidJSON(Tokens.text(header), .header)) }

    @Test(arguments: [#"{"sub":"a","sub":"b"}"#, #"{"exp":1,"\u0065xp":2}"#, #"{"act":{"sub":"a","sub":"b"}}"#])
    func `a claim that the payload has twice is refused`(claims: String) {
        #expect(isInvalidJSON(Tokens.text(#"{"alg":"RS256"}"#, claims), .payload))
    }

    @Test func `claims nested deeper than 16 are refused`() {
        let deep = #"{"a":"# + String(repeating: "[", count: 16) + String(repeating: "]", count: 16) + "}"
        #expect(isInvalidJSON(Tokens.text(#"{"alg":"RS256"}"#, deep), .payload))
    }

    @Test func `UTF-16 is refused`() {
        let units = #"{"alg":"RS256"}"#.utf16.flatMap { [UInt8($0 & 0xFF), 0] }
        #expect(
            tokenError("\(Base64.encodeURL(units)).e30.AAAA").map { if case .invalidJSON(.header, _) = $0 { true } else { false } }
                == true)
    }

    /// CVE-2015-9235, and the spellings that got around the first fixes.
    @Test(arguments: [
        "none", "None", "NONE", "nOnE", "none ", "", "rs256", "RS256 ", " RS256", "RS384", "RS512", "PS256", "ES256K", "ES384",
        "HS384", "HS512",
        "Ed448", "RS256\\u0000", "dir",
    ])
    func `an algorithm that is none, misspelt or unknown is refused`(name: String) {
        let error = tokenError(Tokens.text(#"{"alg":"\#(name)"}"#))
        #expect(error == .unsupportedAlgorithm || error == .invalidHeader("alg"))
    }

    @Test(arguments: ["{}", #"{"alg":null}"#, #"{"alg":["RS256"]}"#, #"{"alg":256}"#, #"{"alg":{"RS256":1}}"#, #"{"ALG":"RS256"}"#])
    func `an algorithm that is missing or no string is refused`(header: String) { #expect(tokenError(Tokens.text(header)) != nil) }

    /// CVE-2025-59420, CVE-2026-32597.
    @Test(arguments: [
        #""crit":["exp"]"#, #""crit":[]"#, #""crit":null"#, #""crit":"x""#, #""crit":["b64"],"b64":false"#, #""b64":false"#,
        #""b64":true"#,
        #""\u0063rit":["x"]"#,
    ])
    func `critical extensions and unencoded payloads are refused`(member: String) {
        #expect(tokenError(Tokens.text(#"{"alg":"RS256",\#(member)}"#)) == .criticalExtension)
    }

    @Test(arguments: ["kid", "typ", "cat"])
    func `a member that could not be logged is refused`(name: String) {
        let long = String(repeating: "a", count: 128)
        #expect(tokenError(Tokens.text(#"{"alg":"RS256","\#(name)":"\#(long)"}"#)) == nil)
        for value in [
            "\"\(long)a\"", "\"\"", "\"a\\nb\"", "\"a\\u0000\"", "\"\\u007f\"", "\"é\"", "1", "null", "[\"a\"]", "{}", "true",
        ] {
            #expect(tokenError(Tokens.text(#"{"alg":"RS256","\#(name)":\#(value)}"#)) == .invalidHeader(name))
        }
    }

    private func isInvalidJSON(_ text: String, _ part: TokenError.Part) -> Bool {
        if case .invalidJSON(part, _)? = tokenError(text) { true } else { false }
    }
}
