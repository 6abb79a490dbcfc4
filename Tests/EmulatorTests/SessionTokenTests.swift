import Crypto
import HTTP
import JOSE
import JSON
import Testing

@Suite struct SessionTokenTests {
    private let clerk: EmulatedClerk

    init() throws { clerk = try EmulatedClerk() }

    private struct Token {
        let header: JSONValue
        let claims: JSONValue
        let message: [UInt8]
        let signature: [UInt8]

        init(_ reply: EmulatedClerk.Reply) throws {
            let text = reply.json["jwt"]?.string ?? ""
            let parts = text.split(separator: ".").map(String.init)
            guard parts.count == 3 else { throw EmulatedClerk.Failure(text: "\(reply)") }
            header = try JSONValue(parsing: Base64.decodeURL(parts[0]))
            claims = try JSONValue(parsing: Base64.decodeURL(parts[1]))
            message = Array("\(parts[0]).\(parts[1])".utf8)
            signature = try Base64.decodeURL(parts[2])
        }
    }

    private func mint(_ content: String) async throws -> Token {
        try Token(await clerk.call(.post, "/__emulator/tokens", content, key: nil))
    }

    private func keys() async throws -> KeySet {
        let reply = await clerk.call(.get, "/.well-known/jwks.json", key: nil)
        var json = JSONWriter()
        json.value(reply.json)
        return try KeySet(jwkSet: json.bytes)
    }

    /// The key of the published set that the token names has signed it.
    private func verifies(_ token: Token) async throws -> Bool {
        let entry = try await keys().entries.first { $0.keyID == token.header["kid"]?.string }
        guard let key = entry?.key else { return false }
        return try SignatureVerifier(key).verify(signature: token.signature.span, of: token.message.span)
    }

    @Test func `a session and its token, as the Backend API makes them`() async throws {
        let user = try await clerk.user(#"{"username":"ada"}"#)
        let session = await clerk.call(.post, "/v1/sessions", #"{"user_id":"\#(user)"}"#)
        let id = try #require(session.json["id"]?.string)
        #expect(session.json["status"]?.string == "active" && session.json["user_id"]?.string == user)
        #expect(await clerk.call(.get, "/v1/sessions/\(id)").json == session.json)
        #expect(await clerk.call(.get, "/v1/sessions?user_id=\(user)").ids == [id])
        let token = try Token(await clerk.call(.post, "/v1/sessions/\(id)/tokens"))
        #expect(
            token.header["cat"]?.string == "cl_B7d4PD111AAA" && token.header["alg"]?.string == "RS256"
                && token.header["typ"]?.string == "JWT")
        #expect(
            token.claims["iss"]?.string == "http://127.0.0.1:9100" && token.claims["sub"]?.string == user
                && token.claims["sid"]?.string == id)
        #expect(
            token.claims["azp"]?.string == "https://app.example.com" && token.claims["v"]?.int64 == 2
                && token.claims["sts"]?.string == "active")
        #expect(
            token.claims["iat"]?.int64 == 1_800_000_000 && token.claims["exp"]?.int64 == 1_800_000_060
                && token.claims["nbf"]?.int64 == 1_799_999_990)
        #expect(try await verifies(token))
        #expect(await clerk.call(.get, "/v1/users/\(user)").json["last_sign_in_at"]?.int64 == 1_800_000_000_000)
    }

    @Test(arguments: [
        ("{}", UInt16(422)), (#"{"user_id":"user_none"}"#, 404), (#"{"user_id":1}"#, 422), (#"{"user_id":"user_none","x":1}"#, 422),
    ])
    func `a session needs a user`(content: String, status: UInt16) async {
        #expect(await clerk.call(.post, "/v1/sessions", content).status == status)
    }

    @Test func `a revoked session makes no more tokens, nor do those of a deleted user`() async throws {
        let user = try await clerk.user(#"{"username":"ada"}"#)
        for end in ["/v1/sessions/{}/revoke", "/v1/users/\(user)/ban"] {
            let id = await clerk.call(.post, "/v1/sessions", #"{"user_id":"\#(user)"}"#).json["id"]?.string ?? ""
            #expect(await clerk.call(.post, "/v1/sessions/\(id)/tokens").status == 200)
            _ = await clerk.call(.post, end.replacing("{}", with: id))
            #expect(await clerk.call(.post, "/v1/sessions/\(id)/tokens").status == 404)
        }
    }

    @Test(arguments: ["29", "315360001", "\"60\""])
    func `a lifetime that Clerk would not give is refused`(seconds: String) async throws {
        let user = try await clerk.user(#"{"username":"ada"}"#)
        let id = await clerk.call(.post, "/v1/sessions", #"{"user_id":"\#(user)"}"#).json["id"]?.string ?? ""
        #expect(await clerk.call(.post, "/v1/sessions/\(id)/tokens", #"{"expires_in_seconds":\#(seconds)}"#).status == 422)
    }

    @Test func `the first version has neither v nor sts nor a category`() async throws {
        let user = try await clerk.user(#"{"username":"ada"}"#)
        let token = try await mint(#"{"user_id":"\#(user)","version":1}"#)
        for name in ["v", "sts", "pla", "fea", "jti"] { #expect(token.claims[name] == nil) }
        #expect(token.header["cat"] == nil && token.claims["sid"]?.string?.hasPrefix("sess_") == true)
        #expect(try await verifies(token))
    }

    @Test func `a template token has no session`() async throws {
        let user = try await clerk.user(#"{"username":"ada"}"#)
        let token = try await mint(#"{"user_id":"\#(user)","template":true}"#)
        for name in ["sid", "v", "pla", "fea"] { #expect(token.claims[name] == nil) }
        #expect(token.header["cat"]?.string == "cl_B7d4PD222AAA" && token.claims["nbf"]?.int64 == 1_799_999_995)
    }

    @Test func `tests bend tokens as they like`() async throws {
        let user = try await clerk.user(#"{"username":"ada"}"#)
        let token = try await mint(
            #"""
            {"user_id":"\#(user)","session_id":"sess_x","azp":null,"expires_in":-10,"issued_ago":100,"act":{"sub":"user_admin"},"sts":"pending",
             "claims":{"email":"a@c","sub":"mch_1","nbf":null},"header":{"kid":"ins_none","typ":"at+jwt"}}
            """#)
        #expect(token.claims["azp"] == nil && token.claims["nbf"] == nil && token.claims["email"]?.string == "a@c")
        #expect(
            token.claims["sub"]?.string == "mch_1" && token.claims["sid"]?.string == "sess_x"
                && token.claims["sts"]?.string == "pending")
        #expect(token.claims["iat"]?.int64 == 1_799_999_900 && token.claims["exp"]?.int64 == 1_799_999_890)
        #expect(token.claims["act"]?["sub"]?.string == "user_admin")
        #expect(token.header["kid"]?.string == "ins_none" && token.header["typ"]?.string == "at+jwt")
    }

    @Test(arguments: [
        "{}", #"{"user_id":"u","x":1}"#, #"{"user_id":"user_1","version":3}"#, #"{"user_id":"user_1","key":"stolen"}"#,
    ])
    func `a token that makes no sense is not minted`(content: String) async {
        #expect(await clerk.call(.post, "/__emulator/tokens", content).status == 422)
    }

    @Test func `a rotation to a new kid: old tokens have no key any more`() async throws {
        let user = try await clerk.user(#"{"username":"ada"}"#)
        let old = try await mint(#"{"user_id":"\#(user)"}"#)
        let status = await clerk.call(.post, "/__emulator/rotate", #"{"kid":"new"}"#, key: nil)
        #expect(status.json["rotations"]?.int64 == 1)
        let new = try await mint(#"{"user_id":"\#(user)"}"#)
        #expect(old.header["kid"] != new.header["kid"])
        #expect(try await verifies(new))
        #expect(try await !verifies(old))
        let late = try await mint(#"{"user_id":"\#(user)","key":"previous"}"#)
        #expect(late.header["kid"] == old.header["kid"])
    }

    @Test func `a rotation that keeps the kid: old tokens fail under it`() async throws {
        let user = try await clerk.user(#"{"username":"ada"}"#)
        let old = try await mint(#"{"user_id":"\#(user)"}"#)
        _ = await clerk.call(.post, "/__emulator/rotate", #"{"kid":"same","keep":true}"#, key: nil)
        let new = try await mint(#"{"user_id":"\#(user)"}"#)
        #expect(old.header["kid"] == new.header["kid"])
        #expect(try await keys().entries.count == 1)
        #expect(try await verifies(new))
        #expect(try await !verifies(old))
    }

    @Test func `a rotation may publish the old key beside the new`() async throws {
        let user = try await clerk.user(#"{"username":"ada"}"#)
        let old = try await mint(#"{"user_id":"\#(user)"}"#)
        _ = await clerk.call(.post, "/__emulator/rotate", #"{"kid":"new","keep":true}"#, key: nil)
        #expect(try await keys().entries.count == 2)
        #expect(try await verifies(old))
    }

    @Test func `a forged token names the current key and is not signed by it`() async throws {
        let user = try await clerk.user(#"{"username":"ada"}"#)
        let forged = try await mint(#"{"user_id":"\#(user)","key":"foreign"}"#)
        #expect(try await keys().entries.first?.keyID == forged.header["kid"]?.string)
        #expect(try await !verifies(forged))
    }

    @Test(arguments: [#"{"kid":"other"}"#, #"{"keep":1}"#, #"{"x":1}"#])
    func `a rotation that makes no sense changes nothing`(content: String) async {
        #expect(await clerk.call(.post, "/__emulator/rotate", content).status == 422)
        #expect(await clerk.call(.get, "/__emulator/status").json["rotations"]?.int64 == 0)
    }
}
