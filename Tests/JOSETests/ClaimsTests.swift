import JOSE
import JSON
import Testing

@Suite struct ClaimsTests {
    @Test(
        arguments: [
            ("1732165367", 1_732_165_367), ("1732165367.999", 1_732_165_367), ("1.732165367e9", 1_732_165_367), ("0", 0), ("-0", 0),
            ("-0.0", 0),
            ("253402300799", 253_402_300_799), ("0.5", 0), ("1e0", 1), ("1e-400", 0),
        ] as [(String, Int64)])
    func `a NumericDate is a number, a fraction is rounded down`(text: String, seconds: Int64) throws {
        #expect(try claims("exp", text).expires == .value(seconds))
    }

    @Test(arguments: [
        "\"1732165367\"", "true", "false", "null", "[]", "{}", "[1732165367]", "1e400", "-1e400", "1e19", "1e18", "-1", "-0.5",
        "-1e19",
        "9223372036854775807", "9223372036854775808", "-9223372036854775808", "253402300800", "18446744073709551616",
        "1e99999999999999999999", "\"\"", "\"never\"",
    ])
    func `what is no date is malformed, and traps nobody`(text: String) throws {
        for name in ["exp", "nbf", "iat"] {
            let claims = try claims(name, text)
            #expect([claims.expires, claims.notBefore, claims.issued].contains(.malformed))
            #expect([claims.expires, claims.notBefore, claims.issued].filter { $0 == .absent }.count == 2)
        }
    }

    @Test func `the registered claims are read by their names`() throws {
        let claims = try parse(
            #"{"iss":"i","sub":"s","aud":"a","exp":3,"nbf":1,"iat":2,"jti":"j","azp":"p","sid":"d","sts":"active","x":{"y":[1]}}"#)
        #expect(claims.issuer == .value("i"))
        #expect(claims.subject == .value("s"))
        #expect(claims.audience == .value(["a"]))
        #expect(claims.expires == .value(3))
        #expect(claims.notBefore == .value(1))
        #expect(claims.issued == .value(2))
        #expect(claims.tokenID == .value("j"))
        #expect(claims.authorizedParty == .value("p"))
        #expect(claims.sessionID == .value("d"))
        #expect(claims.sessionStatus == .value("active"))
        #expect(claims.value("x")?["y"]?.array?.first?.int64 == 1)
        #expect(claims.value("z") == nil)
        #expect(claims.actor == .absent)
    }

    @Test func `a claim that is absent is not one that is malformed`() throws {
        #expect(try parse("{}").subject == .absent)
        for value in ["null", "1", "true", "[\"a\"]", "{}"] { #expect(try claims("sub", value).subject == .malformed) }
    }

    @Test func `names are compared exactly`() throws {
        let claims = try parse(#"{"SUB":"a","sub ":"b","\u017fub":"c","s\u0075b":"d"}"#)
        #expect(claims.subject == .value("d"))
    }

    @Test func `strings are compared byte by byte, escapes resolved`() throws {
        let claims = try parse(#"{"iss":"https:\/\/a.example","azp":"https://\u212A.example"}"#)
        #expect(claims.string("iss", is: "https://a.example") == .value(true))
        #expect(claims.string("iss", is: "https://a.example/") == .value(false))
        #expect(claims.string("azp", is: "https://K.example") == .value(false))
        #expect(claims.string("aud", is: "x") == .absent)
    }

    @Test(
        arguments: [
            (#""a""#, ["a"]), (#"["a","b"]"#, ["a", "b"]), ("[]", []), (#"[ "a" ]"#, ["a"]), ("null", nil), ("1", nil), ("{}", nil),
            (#"["a",1]"#, nil),
            (#"[["a"]]"#, nil), (#"["a",null]"#, nil),
        ] as [(String, [String]?)])
    func `an audience is a string or an array of strings`(text: String, audience: [String]?) throws {
        #expect(try claims("aud", text).audience == audience.map { .value($0) } ?? .malformed)
    }

    @Test func `an actor is an object, and may be an agent`() throws {
        let user = try claims("act", #"{"iss":"i","sid":"s","sub":"user_2"}"#).actor.value
        #expect(user?.subject == "user_2")
        #expect(user?.kind == .user)
        #expect(try claims("act", #"{"sub":"x","type":"agent"}"#).actor.value?.kind == .agent)
        #expect(try claims("act", "{}").actor.value?.kind == .user)
        for value in ["null", "false", "\"\"", "[]", "0"] { #expect(try claims("act", value).actor == .malformed) }
    }

    @Test func `a whole number may be written as one likes`() throws {
        #expect(try claims("v", "2.0").integer("v") == .value(2))
        #expect(try claims("v", "-1").integer("v") == .value(-1))
        #expect(try claims("v", "2.5").integer("v") == .malformed)
        #expect(try claims("v", "\"2\"").integer("v") == .malformed)
    }

    @Test func `claims that are too many are refused`() throws {
        func json(_ count: Int) -> String { "{" + (0..<count).map { "\"\($0)\":0" }.joined(separator: ",") + "}" }
        _ = try parse(json(256))
        #expect(throws: TokenError.self) { try parse(json(257)) }
    }

    private func claims(_ name: String, _ value: String) throws(TokenError) -> Claims { try parse(#"{"\#(name)":\#(value)}"#) }
    private func parse(_ json: String) throws(TokenError) -> Claims { try Claims(parsing: Array(json.utf8)) }
}
