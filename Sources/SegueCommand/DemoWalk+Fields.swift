import Fetch
import HTTP
import HTTPServer
import JSON
import Telemetry

/// What a client says about who it is.
extension DemoWalk {
    /// Spellings that applications read as `X-User-Id`.
    private var spellings: [FetchRequest.Field] {
        ["X-User-Id", "x_user_id", "X.User.Id", "X-USER_ID"].map { FetchRequest.Field($0, bob.id) }
    }

    func forgedFields() async throws {
        page.note("\(ada.name) says, in four spellings, that she is \(bob.name) (\(bob.id)).")
        let direct = try await exchange("http://\(stage.origin.address)/api/profile", spellings).0
        expect(
            direct.received.flatMap { $0.values("X-User-Id") } == spellings.map { _ in bob.id },
            "sent straight to the origin, all \(spellings.count) would arrive")
        expectArrival(try await get("/api/profile", [.bearer(ada.legacyToken)] + spellings), of: ada, by: "legacy:jwt")

        page.note("Connection: X-User-Id asks a proxy to take the field away; it must not take ours.")
        let removal = [FetchRequest.Field("Connection", "X-User-Id"), FetchRequest.Field("X-User-Id", bob.id)]
        let kept = try await get("/api/profile", [.bearer(ada.legacyToken)] + removal)
        expectArrival(kept, of: ada, by: "legacy:jwt")
        expect(kept.received.allSatisfy { $0.values("Connection").isEmpty }, "and Connection went no further")

        page.note("On a public route nobody has an id, whatever they say.")
        let open = try await get("/auth/login", spellings + removal)
        expect(
            open.status == .ok && open.received.count == 1 && open.received.allSatisfy { $0.values("X-User-Id").isEmpty },
            "the origin saw the request, and no id")
    }

    func assertedQuery() async throws {
        page.note("\(ada.name) asks for \(bob.name)'s posts, twice over; the old application would have believed it.")
        let exchange = try await get(
            "/api/scheduled-posts/7?user_id=\(bob.id)&page=2&%75ser_id=\(bob.id)", [.bearer(ada.legacyToken)])
        let targets = exchange.received.map(\.target)
        expect(
            exchange.status == .ok && targets.count == 1 && targets.allSatisfy { !$0.contains(bob.id) },
            "\(bob.name)'s id did not arrive")
        expect(
            targets.first.map { parameters(of: $0, named: "user_id") } == [ada.id] && targets[0].contains("page=2"),
            "user_id is \(ada.name)'s, once, and the rest of the query is as it was")
    }

    private func parameters(of target: String, named name: String) -> [String] {
        let query = target.split(separator: "?", maxSplits: 1).dropFirst().first ?? ""
        return query.split(separator: "&").filter { $0.hasPrefix("\(name)=") }.map { String($0.dropFirst(name.count + 1)) }
    }
}
