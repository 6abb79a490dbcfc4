import HTTP
import JSON
import Testing

/// What takes time; `Tests/Integration/test_emulated_invitations.py` does the rest with Clerk's own SDK.
@Suite struct InvitationTests {
    private let clerk: EmulatedClerk

    init() throws { clerk = try EmulatedClerk() }

    private func invite(_ more: String = "") async -> EmulatedClerk.Reply {
        await clerk.call(.post, "/v1/invitations", #"{"email_address":"ada@example.com"\#(more)}"#)
    }

    private func statuses(_ query: String = "") async -> [String?] {
        await clerk.call(.get, "/v1/invitations\(query)").json.array?.map { $0["status"]?.string } ?? []
    }

    private func follow(_ ticket: String) async -> EmulatedClerk.Reply {
        await clerk.call(.post, "/__emulator/tickets", #"{"ticket":"\#(ticket)"}"#)
    }

    private func ticket(_ reply: EmulatedClerk.Reply) throws -> String {
        try #require(reply.json["url"]?.string?.split(separator: "ticket=").last.map(String.init))
    }

    @Test func `an invitation expires after thirty days, and makes room for another`() async throws {
        let ticket = try ticket(await invite())
        clerk.advance(30 * 86_400 - 1)
        #expect(await statuses() == ["pending"])
        #expect(await invite().codes == ["duplicate_record"])
        clerk.advance(1)
        #expect(await statuses() == ["expired"])
        #expect(await follow(ticket).codes == ["ticket_expired_code"])
        #expect(await invite().status == 200)
        #expect(await statuses("?status=expired") == ["expired"])
        #expect(await statuses("?status=pending") == ["pending"])
    }

    @Test func `a ticket is good once`() async throws {
        let ticket = try ticket(await invite())
        #expect(await follow(ticket).status == 200)
        #expect(await follow(ticket).codes == ["invitation_already_accepted"])
        #expect(await follow("x").codes == ["ticket_invalid_code"])
    }

    @Test func `a revoked invitation is worthless`() async throws {
        let reply = await invite()
        let id = try #require(reply.json["id"]?.string)
        #expect(await clerk.call(.post, "/v1/invitations/\(id)/revoke").json["revoked"]?.bool == true)
        #expect(await follow(try ticket(reply)).codes == ["revoked_invitation"])
        #expect(await statuses() == [])
        #expect(await statuses("?status=revoked") == ["revoked"])
    }

    @Test func `who is a user already is signed in by an invitation, and stays who they are`() async throws {
        let ada = try await clerk.user(#"{"email_address":["ada@example.com"],"public_metadata":{"a":1}}"#)
        let reply = await invite(#","ignore_existing":true,"public_metadata":{"a":2}"#)
        #expect(await follow(try ticket(reply)).json["user_id"]?.string == ada)
        #expect(await clerk.call(.get, "/v1/users/\(ada)").json["public_metadata"]?["a"]?.int64 == 1)
    }

    @Test func `the list does not repeat the links`() async {
        _ = await invite()
        #expect(await clerk.call(.get, "/v1/invitations").json.array?.first?["url"] == nil)
    }

    @Test func `a sign-in token expires`() async throws {
        let user = try await clerk.user(#"{"username":"ada"}"#)
        let reply = await clerk.call(.post, "/v1/sign_in_tokens", #"{"user_id":"\#(user)","expires_in_seconds":60}"#)
        let token = try #require(reply.json["token"]?.string)
        clerk.advance(60)
        #expect(await follow(token).codes == ["ticket_expired_code"])
    }

    @Test func `there is no organization to sign in to`() async throws {
        let user = try await clerk.user(#"{"username":"ada"}"#)
        #expect(await clerk.call(.post, "/v1/sign_in_tokens", #"{"user_id":"\#(user)","org_id":"org_1"}"#).status == 404)
    }
}
