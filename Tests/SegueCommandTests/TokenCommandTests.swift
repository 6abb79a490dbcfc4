import Crypto
import Files
import Glibc
import JOSE
import Telemetry
import Testing

@testable import SegueCommand

@Suite struct TokenCommandTests {
    private let now: Int64 = 1_700_000_000

    @Test func `claims are text, JSON or dates, in the order given`() throws {
        let claims = try minted(
            #"--claims={"a":[1]}"#, "--claim=b=2", "--claim=c:=2", "--claim=d==", "--claim=e=", "--expires-in=1m")
        #expect(claims == #"{"a":[1],"b":"2","c":2,"d":"=","e":"","iat":1700000000,"exp":1700000060}"#)
        #expect(try minted() == "{}")
    }

    @Test(arguments: [
        ["--claims=[]"], ["--claims={"], ["--claim=a"], ["--claim==a"], ["--claim=a:=x"], ["--claim=a=1", "--claim=a=2"],
        ["--claim=exp=1", "--expires-in=1m"],
    ])
    func `claims that make no token are refused`(words: [String]) {
        var arguments = Arguments("segue token mint", "", words)
        let claims = MintedClaims(&arguments)
        #expect(throws: TokenInputError.self) { try claims.json(at: now) }
    }

    @Test func `a good session token of Clerk has no faults`() throws {
        #expect(try faults(session(), "--clerk", "--issuer=i", "--authorized-party=x", "--authorized-party=p").isEmpty)
    }

    @Test(arguments: [
        (#""exp":1699999995"#, "it expired 5 s ago"), (#""exp":"1800000000""#, "exp is no date"),
        (#""nbf":1700000006"#, "nbf is 6 s in the future"),
        (#""iat":1e400"#, "iat is no date"), (#""iss":"other""#, "iss is not i"), (#""azp":"q""#, "azp is not p"),
        (#""sub":"mch_1""#, "sub is not a user of Clerk (user_…)"), (#""sid":"""#, "sid is missing: this is not a session"),
        (#""sts":"pending""#, "sts is not active: the session is not complete"),
        (#""sts":null"#, "sts is not active: the session is not complete"),
    ])
    func `each claim that is wrong is named`(claim: String, fault: String) throws {
        #expect(try faults(session(claim), "--clerk", "--issuer=i", "--authorized-party=p") == [fault])
    }

    @Test func `every fault is named at once`() throws {
        #expect(try faults("{}", "--clerk", "--issuer=i", "--audience=a", "--authorized-party=p").count == 6)
        #expect(try faults("{}", "--never-expires").isEmpty)
    }

    @Test(arguments: [("cl_B7d4PD222AAA", "JWT", 1), ("cl_B7d4PD111AAA", "at+jwt", 1), ("cl_I7d4PD111III", "JWT", 0)])
    func `a token of another class is no session`(category: String, type: String, count: Int) throws {
        #expect(try faults(session(), "--clerk", type: type, category: category).count == count)
    }

    @Test func `clocks may differ by five seconds`() throws {
        #expect(try faults(session(#""exp":1699999996"#)).isEmpty)
        #expect(try faults(session(#""nbf":1700000005"#)).isEmpty)
        #expect(try faults(session(#""exp":1699999996"#), "--leeway=0").count == 1)
    }

    @Test func `the command says yes or no by its exit code`() async throws {
        let folder = "/tmp/segue-token-\(RandomBytes.make(8).map(String.init).joined())"
        let (publicFile, secretFile, jwksFile) = (folder + ".pem", folder + ".secret", folder + ".json")
        defer { for file in [publicFile, secretFile, jwksFile] { unsafe unlink(file) } }
        try Files.create(publicFile, Array(Self.key.publicKey.pem.utf8))
        try Files.create(jwksFile, KeySet([.init("k", Self.key.publicKey)]).jwkSet)
        try Files.create(secretFile, Array("0123456789abcdef0123456789abcdef\n".utf8), mode: 0o600)
        let (signed, unknown) = (try token(keyID: "k"), try token(keyID: "other"))
        let coded = try TokenSigner(Secret("0123456789abcdef0123456789abcdef"), keyID: nil).sign(claims: Array("{}".utf8))
            .exposeText()
        #expect(await run("verify", "--never-expires", "--key", publicFile, signed) == .ok)
        #expect(await run("verify", "--never-expires", "--jwks", jwksFile, signed) == .ok)
        #expect(await run("verify", "--never-expires", "--jwks", jwksFile, unknown) == .failed)
        #expect(await run("verify", "--never-expires", "--secret-file", secretFile, coded) == .ok)
        #expect(await run("verify", "--never-expires", "--secret-file", publicFile, coded) == .failed)
        #expect(await run("verify", "--never-expires", "--key", publicFile, coded) == .failed)
        #expect(await run("verify", "--never-expires", "--key", publicFile, "garbage") == .failed)
        #expect(await run("verify", "--key", publicFile, signed) == .failed, "it has no exp")
        #expect(await run("verify", signed) == .usage)
        #expect(await run("verify", "--key", publicFile, "--jwks", jwksFile, signed) == .usage)
        #expect(await run("verify", "--secret-file", "-", "-") == .usage)
        #expect(await run("mint", "--secret-file", secretFile, "--alg", "RS256") == .usage)
        #expect(await run("mint", "--secret", "x") == .usage, "a secret is no word of the command line")
        #expect(await run("mint", "--key", publicFile) == .failed)
        #expect(await run("inspect", signed) == .ok)
        #expect(await run("inspect", "a.b") == .failed)
    }

    private static let key = try! PrivateKey(generating: .rs256)

    private func run(_ words: String...) async -> ExitCode { await Segue.run(["token"] + words) }

    private func token(keyID: String) throws -> String {
        try TokenSigner(Self.key, keyID: keyID).sign(claims: Array("{}".utf8)).exposeText()
    }

    /// The claims of a session, one of them exchanged.
    private func session(_ claim: String = #""v":2"#) -> String {
        let claims = [
            #""sub":"user_1""#, #""sid":"sess_1""#, #""iss":"i""#, #""azp":"p""#, #""exp":1700000060"#, #""nbf":1699999990"#,
            #""iat":1700000000"#,
        ]
        let name = claim.prefix { $0 != ":" }
        return "{\((claims.filter { !$0.hasPrefix(name) } + [claim]).joined(separator: ","))}"
    }

    private func minted(_ words: String...) throws -> String {
        var arguments = Arguments("segue token mint", "", words)
        return String(decoding: try MintedClaims(&arguments).json(at: now), as: UTF8.self)
    }

    private func faults(_ claims: String, _ words: String..., type: String = "JWT", category: String? = nil) throws -> [String] {
        var arguments = Arguments("segue token verify", "", words)
        let expected = TokenExpectations(&arguments)
        let text = try TokenSigner(Self.key, keyID: nil).sign(claims: Array(claims.utf8), type: type, category: category)
        let verdict = try TokenVerifier(Self.key.publicKey).verify(UnverifiedToken(text.exposeText()))
        guard case .verified(let token) = verdict else { return ["not verified"] }
        return expected.faults(of: token, at: now)
    }
}
