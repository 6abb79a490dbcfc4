import Emulator
import HTTP
import JSON
import Testing

@Suite struct EmulatorTests {
    private let clerk: EmulatedClerk

    init() throws { clerk = try EmulatedClerk() }

    @Test(
        arguments: [
            (nil, "authentication_invalid"), ("sk_test_emulator", "authorization_header_format_invalid"),
            ("Basic sk_test_emulator", "authorization_header_format_invalid"),
            ("Bearer sk_test_other", "clerk_key_invalid"), ("Bearer ", "clerk_key_invalid"),
            ("Bearer sk_test_emulator x", "authorization_header_format_invalid"),
        ] as [(String?, String)])
    func `the Backend API wants its secret key`(key: String?, code: String) async {
        for path in ["/v1/jwks", "/v1/users", "/v1/users/user_1", "/v1/sessions"] {
            let reply = await clerk.call(.get, path, key: key)
            #expect(reply.status == 401 && reply.codes == [code])
        }
    }

    @Test func `the key set of the Frontend API is for everybody`() async {
        let reply = await clerk.call(.get, "/.well-known/jwks.json", key: nil)
        #expect(reply.status == 200)
        let key = reply.json["keys"]?.array?.first
        #expect(
            key?["kty"]?.string == "RSA" && key?["alg"]?.string == "RS256" && key?["use"]?.string == "sig"
                && key?["e"]?.string == "AQAB")
        #expect(key?["kid"]?.string?.wholeMatch(of: /ins_\w{27}/) != nil)
        #expect(await clerk.call(.get, "/v1/jwks").json == reply.json)
    }

    @Test(arguments: ["2020-01-01", "v1", "", "2026-05-12 "])
    func `a version that never was is refused`(version: String) async {
        let reply = await clerk.call(.get, "/v1/users", version: version)
        #expect(reply.status == 400 && reply.codes == ["api_version_invalid"])
    }

    @Test func `the version may be a parameter, but not both`() async {
        #expect(await clerk.call(.get, "/v1/users?__clerk_api_version=2025-11-10", version: nil).status == 200)
        #expect(await clerk.call(.get, "/v1/users", version: nil).status == 200)
        #expect(await clerk.call(.get, "/v1/users?__clerk_api_version=2025-11-10").status == 400)
    }

    @Test(arguments: [nil, "text/plain", "application/x-www-form-urlencoded"])
    func `content must be JSON by its name`(type: String?) async {
        let reply = await clerk.call(.post, "/v1/users", #"{"username":"a"}"#, type: type)
        #expect(reply.status == 415 && reply.codes == ["unsupported_content_type"])
    }

    @Test(arguments: [
        (HTTP.Method.get, "/"), (.get, "/v1"), (.get, "/v1/clients"), (.put, "/v1/users"), (.delete, "/v1/users"),
        (.get, "/v1/users/user_1/x"),
        (.post, "/v1/users/user_1/promote"), (.post, "/v1/jwks"), (.get, "/v2/users"), (.get, "/__emulator/rotate"),
        (.post, "/__emulator/x"),
    ])
    func `what is not there is 404 in Clerk's envelope`(method: HTTP.Method, path: String) async {
        let reply = await clerk.call(method, path, method == .post ? "{}" : "")
        #expect(reply.status == 404 && reply.codes == ["resource_not_found"])
    }

    @Test(arguments: [(HTTP.Method.get, ""), (.patch, "{}"), (.delete, "")])
    func `a user that is not there is 404`(method: HTTP.Method, content: String) async {
        let reply = await clerk.call(method, "/v1/users/user_none", content)
        #expect(reply.status == 404 && reply.codes == ["resource_not_found"])
    }

    @Test func `a deleted user is gone`() async throws {
        let id = try await clerk.user(#"{"username":"ada","external_id":"7"}"#)
        let reply = await clerk.call(.delete, "/v1/users/\(id)")
        #expect(reply.json["deleted"]?.bool == true && reply.json["id"]?.string == id && reply.json["external_id"]?.string == "7")
        #expect(await clerk.call(.get, "/v1/users/\(id)").status == 404)
        #expect(await clerk.call(.get, "/v1/users/count").json["total_count"]?.int64 == 0)
    }

    @Test func `bans and locks are switched`() async throws {
        let id = try await clerk.user(#"{"username":"ada"}"#)
        #expect(await clerk.call(.post, "/v1/users/\(id)/ban").json["banned"]?.bool == true)
        #expect(await clerk.call(.post, "/v1/users/\(id)/lock").json["locked"]?.bool == true)
        #expect(await clerk.call(.post, "/v1/users/\(id)/unban").json["banned"]?.bool == false)
        #expect(await clerk.call(.post, "/v1/users/\(id)/unlock").json["locked"]?.bool == false)
    }

    @Test func `users for tests have the id and the verifications that they are given`() async throws {
        let reply = await clerk.call(
            .post, "/__emulator/users",
            #"""
            {"id":"user_eve","external_id":"9","email_addresses":[
             {"email_address":"a@example.com","status":"unverified"},{"email_address":"b@example.com","strategy":"from_oauth_google","primary":true},
             {"email_address":"c@example.com","status":null}]}
            """#, key: nil)
        #expect(reply.json["id"]?.string == "user_eve")
        let addresses = try #require(reply.json["email_addresses"]?.array)
        #expect(
            addresses[0]["verification"]?["status"]?.string == "unverified"
                && addresses[0]["verification"]?["strategy"]?.string == "email_code")
        #expect(addresses[1]["verification"]?["strategy"]?.string == "from_oauth_google")
        #expect(addresses[1]["id"]?.string == reply.json["primary_email_address_id"]?.string)
        #expect(addresses[2]["verification"]?.isNull == true)
        #expect(await clerk.call(.post, "/__emulator/users", #"{"id":"user_eve"}"#).status == 422)
        #expect(await clerk.call(.post, "/__emulator/users", #"{"id":"eve"}"#).status == 422)
        #expect(
            await clerk.call(.post, "/__emulator/users", #"{"email_addresses":[{"email_address":"x@y","status":"sure"}]}"#).status
                == 422)
    }

    @Test func `a seed adds its users, and says which one is wrong`() async throws {
        try clerk.emulator.seed(Array(#"{"users":[{"id":"user_a","email_address":["a@c"]},{"username":"b"}]}"#.utf8))
        #expect(await clerk.call(.get, "/v1/users/count").json["total_count"]?.int64 == 2)
        #expect(throws: (any Error).self) { try clerk.emulator.seed(Array(#"{"users":[{"id":"user_x"},{"id":"user_a"}]}"#.utf8)) }
        #expect(throws: (any Error).self) { try clerk.emulator.seed(Array("{}".utf8)) }
    }

    @Test func `an outage refuses everything of Clerk's until it is over`() async {
        #expect(await clerk.call(.post, "/__emulator/outage", #"{"seconds":5}"#).status == 200)
        for path in ["/.well-known/jwks.json", "/v1/jwks", "/v1/users"] { #expect(await clerk.call(.get, path).status == 503) }
        clerk.advance(5)
        #expect(await clerk.call(.get, "/v1/users").status == 200)
        _ = await clerk.call(.post, "/__emulator/outage", #"{"on":true,"status":429,"retry_after":7}"#)
        let reply = await clerk.call(.get, "/v1/users")
        #expect(reply.status == 429 && reply.fields.contains { $0.name == "Retry-After" && $0.value == "7" })
        _ = await clerk.call(.post, "/__emulator/outage", #"{"on":false}"#)
        #expect(await clerk.call(.get, "/v1/users").status == 200)
    }

    @Test func `requests are counted by endpoint`() async {
        for _ in 0..<3 { _ = await clerk.call(.get, "/v1/users/user_1") }
        _ = await clerk.call(.get, "/.well-known/jwks.json")
        let requests = await clerk.call(.get, "/__emulator/status").json["requests"]
        #expect(requests?["GET /v1/users/{id}"]?.int64 == 3)
        #expect(requests?["GET /.well-known/jwks.json"]?.int64 == 1)
    }

    @Test func `invented paths do not fill the memory`() async {
        for number in 0..<1_000 { _ = await clerk.call(.get, "/x\(number)", key: nil) }
        let requests = await clerk.call(.get, "/__emulator/status").json["requests"]
        #expect((requests?.object?.count ?? .max) <= 256)
    }

    @Test func `a page in a browser cannot command it without a preflight`() async {
        for type in [nil, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"] {
            #expect(await clerk.call(.post, "/__emulator/rotate", "{}", key: nil, type: type).status == 415)
        }
        #expect(await clerk.call(.post, "/__emulator/rotate", "", key: nil, type: nil).status == 400)
    }
}
