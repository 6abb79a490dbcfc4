import Testing

@testable import Gateway

/// Where a request is counted that began under other settings.
@Suite struct ReloadTests {
    private static let other = #"{ "name": "other", "match": { "path": "/other/*" }, "origin": "api", "mode": "public" }"#
    private static let asked = #"{ "name": "asked", "match": { "path": "/asked/*" }, "origin": "api", "mode": "MODE" }"#

    /// What each route has counted when a request on `asked` began before `routes` were adopted: responses, and verdicts.
    private func counts(_ mode: String, then routes: [String], upgrades: Bool = false) async throws -> [[UInt64]] {
        let gateway = TestGateway()
        let (asks, hop, answer) =
            upgrades
            ? (
                "Connection: Upgrade\nUpgrade: websocket", "Connection: upgrade\nUpgrade: websocket\n{hop}",
                "{any}\n{any}\n{any}\n{any}\n"
            )
            : ("Cookie: session_token=sess-ada", "Cookie: session_token=sess-ada\n{hop}", "{ok}")
        let journey = """
            The routes change while a request is under way.

            --- settings
            "routes": [\(Self.asked.replacing("MODE", with: mode))]
            --- client sends
            GET /asked/notes HTTP/1.1
            Host: api.example.com
            \(asks)

            --- origin gets
            GET /asked/notes HTTP/1.1
            Host: api.example.com
            \(hop)

            --- gateway adopts
            "routes": [\(routes.map { $0.replacing("MODE", with: mode) }.joined(separator: ", "))]
            --- origin sends
            \(upgrades ? "HTTP/1.1 101 Switching Protocols\nConnection: Upgrade\nUpgrade: websocket\n" : "{ok}")
            --- client gets
            \(answer)
            --- client finishes
            --- origin finishes
            --- client gets the end
            """
        #expect(await JourneyRun.play(try Journey(file: "reload", journey), on: gateway) == nil)
        return try #require(await gateway.counters()).routes.map { [$0.responses.reduce(0, +), $0.observed.values.reduce(0, +)] }
    }

    @Test func `a route that has moved keeps its count`() async throws {
        #expect(try await counts("public", then: [Self.other, Self.asked]) == [[0, 0], [1, 0], [0, 0]])
    }

    @Test func `an observed route that has moved keeps its verdicts`() async throws {
        #expect(try await counts("observe", then: [Self.other, Self.asked]) == [[0, 0], [1, 3], [0, 0]])
    }

    @Test func `a tunnel is counted where its route is when it ends`() async throws {
        #expect(try await counts("public", then: [Self.other, Self.asked], upgrades: true) == [[0, 0], [1, 0], [0, 0]])
    }

    @Test func `what is said of a route that has gone counts for no other`() async throws {
        #expect(try await counts("public", then: [Self.other]) == [[0, 0], [0, 0]])
    }
}
