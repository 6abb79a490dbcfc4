import Crypto
import JOSE
import Testing

/// What a reader remembers of one token must never become part of another.
@Suite struct TokenReaderTests {
    @Test func `a header that differs is read anew`() throws {
        let reader = TokenReader()
        let first = try read(reader, Tokens.text(#"{"alg":"RS256","kid":"a"}"#))
        let second = try read(reader, Tokens.text(#"{"alg":"HS256","kid":"b"}"#))
        #expect((first.header.algorithm, first.header.keyID) == (.signature(.rs256), "a"))
        #expect((second.header.algorithm, second.header.keyID) == (.hs256, "b"))
    }

    @Test func `a header that is the beginning of the one before is read anew`() throws {
        let reader = TokenReader()
        _ = try read(reader, Tokens.text(#"{"alg":"RS256"}   "#))
        #expect(throws: TokenError.self) { try read(reader, Tokens.text(#"{"alg":"RS2"#)) }
    }

    @Test func `tokens of one header keep their own claims`() throws {
        let reader = TokenReader()
        let subjects = try ["user_1", "user_2", "user_1"].map {
            try read(reader, Tokens.text(#"{"alg":"RS256"}"#, #"{"sub":"\#($0)"}"#)).unverifiedClaims.subject
        }
        #expect(subjects == [.value("user_1"), .value("user_2"), .value("user_1")])
    }

    @Test func `claims that are no JSON are refused behind a known header`() throws {
        let reader = TokenReader()
        _ = try read(reader, Tokens.text(#"{"alg":"RS256"}"#))
        #expect(throws: TokenError.self) { try read(reader, Tokens.text(#"{"alg":"RS256"}"#, "{")) }
    }

    @Test func `another signature on the same text is not the one before`() throws {
        let (reader, verifier) = (TokenReader(), try TokenVerifier(Tokens.rsa.publicKey))
        let text = try Tokens.signedText(#"{"alg":"RS256"}"#)
        let unsigned = text.prefix(through: try #require(text.lastIndex(of: ".")))
        #expect(verifier.verify(try read(reader, text)).name == "verified")
        #expect(verifier.verify(try read(reader, unsigned + "AAAA")).name == "badSignature")
        #expect(verifier.verify(try read(reader, text)).name == "verified")
    }

    @discardableResult
    private func read(_ reader: TokenReader, _ text: some StringProtocol) throws -> UnverifiedToken {
        try reader.read(Array(text.utf8).span)
    }
}
