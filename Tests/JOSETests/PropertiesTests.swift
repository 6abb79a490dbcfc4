import Crypto
import Testing

/// What `fuzz/` looks for at length, a little in every run: damage to good and bad tokens.
@Suite("Properties") struct PropertiesTests {
    private static let claims = [
        #"{"azp":"https://app.example.com","exp":1700000060,"iss":"https://a.b","sub":"user_1","o":{"id":"org_1"},"fva":[1,-1]}"#,
        #"{"exp":1700000060.5,"iat":1.7e9,"nbf":-0,"aud":["a","b"],"act":{"sub":"user_2"},"v":2}"#,
        #"{"\u0069ss":"\ud83d\ude00\n","sub":"a\"b","sub":"c"}"#, #"{"alg":"RS256","kid":"ins_1","typ":"JWT","crit":["b64"]}"#,
    ]

    @Test func `damaged claims are refused, or read the same by both parsers`() throws {
        try damage(Self.claims, with: fuzzClaims)
    }

    @Test func `damaged tokens are refused, or have one spelling`() throws {
        try damage(Self.claims.map { Tokens.text(#"{"alg":"RS256"}"#, $0) }, with: fuzzCompactToken)
    }

    private func damage(_ texts: [String], with fuzz: (Span<UInt8>) throws -> Void) throws {
        let seed = UInt64.random(in: .min ... .max)
        print("seed \(seed)")
        var random = SplitMix(state: seed)
        for round in 0..<10_000 {
            var bytes = Array(texts[round % texts.count].utf8)
            for _ in 0...Int.random(in: 0...3, using: &random) {
                let index = Int.random(in: bytes.indices, using: &random)
                switch Int.random(in: 0...2, using: &random) {
                case 0: bytes[index] = .random(in: 0...255, using: &random)
                case 1: bytes.insert(bytes[.random(in: bytes.indices, using: &random)], at: index)
                default: bytes.remove(at: index)
                }
            }
            do {
                try fuzz(bytes.span)
            } catch {
                Issue.record("seed \(seed), round \(round): \(error) for \(bytes)")
                return
            }
        }
    }
}
