import Emulator
import HTTP
import HTTPServer
import JSON
import Testing

@Suite struct FaultsTests {
    private let clerk: EmulatedClerk

    init() throws { clerk = try EmulatedClerk() }

    private func plan(_ content: String) async { #expect(await clerk.call(.post, "/__emulator/faults", content).status == 200) }

    private func count() async -> Int64? { await clerk.call(.get, "/v1/users/count").json["total_count"]?.int64 }

    @Test func `a slow reply is the right one`() async {
        await plan(#"{"kind":"slow","milliseconds":250}"#)
        let reply = clerk.reply(.get, "/v1/users")
        #expect(reply.response.status == .ok && reply.delayMilliseconds == 250 && !reply.isLost)
        #expect(clerk.reply(.get, "/v1/users").delayMilliseconds == 0)
    }

    @Test func `a lost reply was meant, and is said to nobody`() async {
        await plan(#"{"kind":"lose","endpoint":"POST /v1/users"}"#)
        #expect(!clerk.reply(.get, "/v1/users").isLost)
        #expect(clerk.reply(.post, "/v1/users", #"{"username":"ada"}"#).isLost)
        #expect(await count() == 1)
    }

    @Test(arguments: [(false, 0), (true, 1)])
    func `a refusal comes before the work, or after it`(isDone: Bool, made: Int64) async {
        await plan(#"{"kind":"refuse","status":502,"retry_after":3,"done":\#(isDone)}"#)
        let reply = await clerk.call(.post, "/v1/users", #"{"username":"ada"}"#)
        #expect(reply.status == 502 && reply.codes == ["internal_clerk_error"])
        #expect(reply.fields.contains { $0.name == "Retry-After" && $0.value == "3" })
        #expect(await count() == made)
    }

    @Test func `faults strike in their order, one at a time`() async {
        await plan(#"{"kind":"refuse","status":500,"skip":1}"#)
        await plan(#"{"kind":"refuse","status":503,"times":2}"#)
        var statuses: [UInt16] = []
        for _ in 0..<4 { statuses.append(await clerk.call(.get, "/v1/users").status) }
        #expect(statuses == [503, 500, 503, 200])
    }

    @Test func `a fault of one endpoint is nobody else's, whatever the ids`() async throws {
        let id = try await clerk.user(#"{"username":"ada"}"#)
        await plan(#"{"kind":"refuse","endpoint":"GET /v1/users/{id}"}"#)
        #expect(await clerk.call(.get, "/v1/users/count").status == 200)
        #expect(await clerk.call(.get, "/v1/users/\(id)").status == 500)
        #expect(await clerk.call(.get, "/v1/users/\(id)").status == 200)
    }

    @Test func `faults are forgotten on demand, and never strike a command`() async {
        await plan(#"{"kind":"refuse","times":100}"#)
        #expect(await clerk.call(.get, "/__emulator/status").json["faults"]?.int64 == 1)
        #expect(await clerk.call(.get, "/.well-known/jwks.json").status == 500)
        #expect(await clerk.call(.delete, "/__emulator/faults").json["faults"]?.int64 == 0)
        #expect(await clerk.call(.get, "/.well-known/jwks.json").status == 200)
    }
}
