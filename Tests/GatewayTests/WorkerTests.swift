import Authentication
import Testing

@testable import Gateway

@Suite struct WorkerTests {
    @Test func `a connection beyond the limit is told so, and those that are open go on`() async throws {
        let gateway = TestGateway()
        let journey = """
            One connection is open; there is no room for another.

            --- settings
            "limits": { "connections": 1 }

            --- client sends
            GET /public/1 HTTP/1.1
            Host: api.example.com

            --- origin gets
            GET /public/1 HTTP/1.1
            Host: api.example.com
            {hop}

            --- client 2 sends
            GET /public/2 HTTP/1.1
            Host: api.example.com

            --- client 2 gets
            HTTP/1.1 503 Service Unavailable
            Content-Type: application/json
            Content-Length: 67
            Cache-Control: no-store
            Retry-After: 1
            Connection: close

            {"detail": "Too many connections; try again", "code": "overloaded"}\\
            --- client 2 is cut off
            --- origin sends
            {ok}
            --- client gets
            {ok}
            --- client finishes
            --- client gets the end
            --- client 3 sends
            GET /public/3 HTTP/1.1
            Host: api.example.com

            --- origin gets
            GET /public/3 HTTP/1.1
            Host: api.example.com
            {hop}

            --- origin sends
            {ok}
            --- client 3 gets
            {ok}
            """
        let problem = await JourneyRun.play(try Journey(file: "limit", journey), on: gateway)
        #expect(problem == nil)
        let counters = try #require(await gateway.counters())
        #expect([counters.connectionsAccepted, counters.connectionsRefused] == [2, 1])
    }

    @Test(
        arguments: [
            ("Authorization: Bearer {forged token ada}", "401 token_invalid", .forged, .foreign),
            ("Authorization: Bearer {expired token ada}", "401 token_expired", .expired, .foreign),
            ("Authorization: Bearer {forged old token ada}", "401 token_invalid", .foreign, .forged),
            ("Authorization: Bearer {expired old token ada}", "401 token_expired", .foreign, .expired),
            ("Cookie: session_token=nobodys", "401 token_expired", .absent, .expired),
            ("Cookie: theme=dark", "401 credentials_missing", .absent, .absent),
            ("Authorization: Bearer {old token bob}\nCookie: __session={token ada}", "401 identity_conflict", .valid, .valid),
        ] as [(String, String, Standing, Standing)])
    func `a refused request counts for what its credentials came to`(
        _ fields: String, _ refusal: String, _ clerk: Standing, _ legacy: Standing
    ) async throws {
        let gateway = TestGateway()
        let journey = """
            A refusal.

            --- client sends
            GET /dual/notes HTTP/1.1
            Host: api.example.com
            \(fields)

            --- client gets
            {refusal \(refusal)}
            --- log says
            "auth.clerk":"\(clerk)","auth.legacy":"\(legacy)"
            """
        let problem = await JourneyRun.play(try Journey(file: "refusal", journey), on: gateway)
        #expect(problem == nil)
        let traffic = try #require(await gateway.counters()?.routes.first { $0.refusals != [:] })
        #expect(traffic.clerk[Int(clerk.rawValue)] == 1 && traffic.clerk.reduce(0, +) == 1)
        #expect(traffic.legacy[Int(legacy.rawValue)] == 1 && traffic.legacy.reduce(0, +) == 1)
        #expect(traffic.refusals == [refusal.split(separator: " ").last.map(String.init): 1])
    }
}
