import Emulator
import Fetch
import HTTP
import JSON
import Snapshot
import Telemetry
import Testing

/// Events on their way out of the whole emulator; `Tests/Integration/test_emulated_webhooks.py` checks what they say.
@Suite struct WebhookTests {
    private let clerk: EmulatedClerk

    init() throws { clerk = try EmulatedClerk() }

    private func subscribe(_ manner: String = "") async {
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
        let reply = await clerk.call(
            .post, "/__emulator/webhooks", #"{"url":"http://127.0.0.1:1/hook","secret":"\#(secret)"\#(manner)}"#)
        #expect(reply.status == 200)
    }

    private var sent: [(id: String, type: String)] {
        clerk.deliveries.withLock { $0 }.map { request in
            let id = request.fields.first { $0.name == "svix-id" }?.value.exposeText() ?? ""
            return (id, (try? JSONValue(parsing: request.content))?["type"]?.string ?? "")
        }
    }

    @Test func `nothing is sent before there is a receiver, nor after`() async throws {
        _ = try await clerk.user(#"{"username":"ada"}"#)
        await subscribe()
        _ = try await clerk.user(#"{"username":"bob"}"#)
        _ = await clerk.call(.post, "/__emulator/webhooks", #"{"url":null}"#)
        _ = try await clerk.user(#"{"username":"eve"}"#)
        #expect(sent.map(\.type) == ["user.created"])
    }

    @Test func `each attempt has its own time and signature, and the message's id`() async throws {
        await subscribe()
        clerk.receiverAnswers(500)
        _ = try await clerk.user(#"{"username":"ada"}"#)
        clerk.advance(5)
        let fields = clerk.deliveries.withLock { $0 }.map { request in
            Dictionary(uniqueKeysWithValues: request.fields.map { ($0.name, $0.value.exposeText()) })
        }
        #expect(fields.count == 2 && fields[0]["svix-id"] == fields[1]["svix-id"])
        #expect(fields[0]["svix-timestamp"] == "1800000000" && fields[1]["svix-timestamp"] == "1800000005")
        #expect(fields[0]["svix-signature"] != fields[1]["svix-signature"])
    }

    @Test func `late events come when their time has come`() async throws {
        await subscribe(#","delay_milliseconds":1500"#)
        _ = try await clerk.user(#"{"username":"ada"}"#)
        clerk.advance(milliseconds: 1_499)
        #expect(sent.isEmpty)
        clerk.advance(milliseconds: 1)
        #expect(sent.map(\.type) == ["user.created"])
    }

    @Test func `a request that is refused tells nothing`() async {
        await subscribe()
        _ = await clerk.call(.post, "/v1/users", #"{"username":7}"#)
        _ = await clerk.call(.post, "/v1/users", #"{"username":"ada"}"#, key: nil)
        _ = await clerk.call(.delete, "/v1/users/user_none")
        #expect(sent.isEmpty)
    }

    @Test(arguments: ["expired", "abandoned", "replaced"])
    func `Clerk says nothing of a session that ends by itself`(status: String) async throws {
        let user = try await clerk.user(#"{"username":"ada"}"#)
        let session = await clerk.call(.post, "/v1/sessions", #"{"user_id":"\#(user)"}"#).json["id"]?.string ?? ""
        await subscribe()
        let ended = await clerk.call(.post, "/__emulator/sessions", #"{"session_id":"\#(session)","status":"\#(status)"}"#)
        #expect(ended.json["status"]?.string == status && sent.isEmpty)
    }
}
