import GatewayTesting
import Testing

/// What `fuzz/` looks for at length, a little in every run: damage to good and bad tokens.
@Suite("Properties") struct PropertiesTests {
    private static let claims = [
        #"{"azp":"https://app.example.com","exp":1700000060,"iss":"https://a.b","sub":"user_1","o":{"id":"org_1"},"fva":[1,-1]}"#,
        #"{"exp":1700000060.5,"iat":1.7e9,"nbf":-0,"aud":["a","b"],"act":{"sub":"user_2"},"v":2}"#,
        #"{"\u0069ss":"\ud83d\ude00\n","sub":"a\"b","sub":"c"}"#, #"{"alg":"RS256","kid":"ins_1","typ":"JWT","crit":["b64"]}"#,
    ]

    @Test func `damaged claims are refused, or read the same by both parsers`() throws {
        try Damage.hold(Self.claims, to: fuzzClaims)
    }

    @Test func `damaged tokens are refused, or have one spelling`() throws {
        try Damage.hold(Self.claims.map { Tokens.text(#"{"alg":"RS256"}"#, $0) }, to: fuzzCompactToken)
    }

    /// RSA: the key of RFC 7515 §A.2; P-256: of §A.3; Ed25519: of RFC 8037 §A.2.
    private static let keySets = [
        #"{"keys":[{"use":"sig","kty":"OKP","crv":"Ed25519","alg":"EdDSA","kid":"a","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#,
        #"{"keys":[{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}"#,
        #"{"keys":[{"kty":"oct","k":"AAAA","kid":"b"},{"kty":"OKP","crv":"Ed25519","kid":"b","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#,
    ]

    @Test func `a damaged key set is refused, or says the same when it is served again`() throws {
        try Damage.hold(Self.keySets, rounds: 3_000, to: fuzzKeySet)
    }
}
