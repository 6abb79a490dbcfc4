import Emulator
import HTTP
import JSON
import Testing

@Suite struct RateLimitsTests {
    private func limit(_ clerk: EmulatedClerk, _ name: String, _ requests: Int, seconds: Int = 10) async {
        _ = await clerk.call(
            .post, "/__emulator/limits", #"{"class":"\#(name)","requests":\#(requests),"milliseconds":\#(seconds * 1000)}"#)
    }

    @Test func `nothing is limited unless it was asked for`() async throws {
        let clerk = try EmulatedClerk()
        for _ in 0..<1_100 { #expect(await clerk.call(.get, "/v1/users/count").status == 200) }
    }

    @Test(arguments: [(EmulatorSettings.Instance.development, 100), (.production, 1_000)])
    func `an instance answers so many requests in ten seconds`(instance: EmulatorSettings.Instance, count: Int) async throws {
        let clerk = try EmulatedClerk(limits: instance)
        for _ in 0..<count { #expect(await clerk.call(.get, "/v1/users/count").status == 200) }
        let reply = await clerk.call(.get, "/v1/sessions?user_id=user_1")
        #expect(reply.status == 429 && reply.codes == ["too_many_requests"])
        #expect(reply.fields.contains { $0.name == "Retry-After" && $0.value == "10" })
        clerk.advance(milliseconds: 9_001)
        #expect(await clerk.call(.get, "/v1/users/count").fields.contains { $0.name == "Retry-After" && $0.value == "1" })
        clerk.advance(milliseconds: 999)
        #expect(await clerk.call(.get, "/v1/users/count").status == 200)
    }

    @Test func `the key sets and the commands are never limited`() async throws {
        let clerk = try EmulatedClerk()
        await limit(clerk, "general", 0)
        #expect(await clerk.call(.get, "/v1/users").status == 429)
        for path in ["/v1/jwks", "/.well-known/jwks.json", "/__emulator/status"] {
            #expect(await clerk.call(.get, path).status == 200)
        }
    }

    @Test func `a user is changed ten times in ten seconds, whoever else is`() async throws {
        let clerk = try EmulatedClerk(limits: .development)
        let (ada, bob) = (try await clerk.user(#"{"username":"ada"}"#), try await clerk.user(#"{"username":"bob"}"#))
        for _ in 0..<10 { #expect(await clerk.call(.patch, "/v1/users/\(ada)", #"{"first_name":"A"}"#).status == 200) }
        #expect(await clerk.call(.patch, "/v1/users/\(ada)/metadata", #"{"public_metadata":{}}"#).status == 429)
        #expect(await clerk.call(.patch, "/v1/users/\(bob)", #"{"first_name":"B"}"#).status == 200)
        #expect(await clerk.call(.post, "/v1/users/\(ada)/lock").status == 200)
    }

    @Test func `invitations are counted by the hour`() async throws {
        let clerk = try EmulatedClerk()
        await limit(clerk, "bulk_invitations", 1, seconds: 3_600)
        #expect(await clerk.call(.post, "/v1/invitations/bulk", #"[{"email_address":"a@example.com"}]"#).status == 200)
        let reply = await clerk.call(.post, "/v1/invitations/bulk", #"[{"email_address":"b@example.com"}]"#)
        #expect(reply.status == 429 && reply.fields.contains { $0.name == "Retry-After" && $0.value == "3600" })
        #expect(await clerk.call(.post, "/v1/invitations", #"{"email_address":"b@example.com"}"#).status == 200)
    }

    @Test func `new limits begin to count anew`() async throws {
        let clerk = try EmulatedClerk()
        await limit(clerk, "general", 1)
        #expect(await clerk.call(.get, "/v1/users").status == 200)
        #expect(await clerk.call(.get, "/v1/users").status == 429)
        await limit(clerk, "general", 1)
        #expect(await clerk.call(.get, "/v1/users").status == 200)
        _ = await clerk.call(.post, "/__emulator/limits", #"{"as":"none"}"#)
        for _ in 0..<3 { #expect(await clerk.call(.get, "/v1/users").status == 200) }
    }
}
