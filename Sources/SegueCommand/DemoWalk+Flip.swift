import Fetch
import Files
import HTTP
import JSON
import Sockets
import Telemetry

/// What an operator does and sees.
extension DemoWalk {
    func flip() async throws {
        let process = stage.gateway.processID
        let session = try await stage.clerk.signIn(adaAtClerk)
        page.note("Before: /api/profile is in mode dual, and takes old and new credentials.")
        expectArrival(try await get("/api/profile", [.bearer(ada.legacyToken)]), of: ada, by: "legacy:jwt")
        expectArrival(try await get("/api/profile", [.bearer(session)]), of: ada, by: "clerk")

        page.note("$ segue flip profile clerk routes.json")
        page.say("segue", try await stage.gateway.run(["flip", "profile", "clerk"]).split(separator: "\n").map { shortened($0) })
        let milliseconds = try await millisecondsUntilFlipped()
        page.note("The gateway saw the edit; the new mode was in force after \(milliseconds) ms.")
        expectRefusal(try await get("/api/profile", [.bearer(ada.legacyToken)]), .unauthorized, "token_invalid")
        expectArrival(try await get("/api/profile", [.bearer(session)]), of: ada, by: "clerk")
        expect(process != nil && process == stage.gateway.processID, "it is still the process that was started, \(process ?? 0)")
    }

    func migrationStatus() async throws {
        let url = stage.gateway.adminURL + "/admin/migration-status"
        page.note("The admin listener, with the admin token:")
        page.say("client", ["GET /admin/migration-status"])
        let answer = try await exchange(url, [.bearer(stage.gateway.adminToken)]).1
        page.say("segue", ["\(answer.status.code) \(String(decoding: answer.content, as: UTF8.self))"])
        let status = try JSONValue(parsing: answer.content)
        expect(
            status["total_users"]?.int64 == 3 && status["migrated_users"]?.int64 == 1 && status["not_migrated"]?.int64 == 2,
            "of three users one is linked: \(ada.name)")
    }

    /// Asks with the old credential until it no longer passes.
    private func millisecondsUntilFlipped() async throws -> Int64 {
        let start = Clock.monotonicMilliseconds()
        while true {
            let passed = Clock.monotonicMilliseconds() - start
            let status = try await exchange(stage.gateway.url + "/api/profile", [.bearer(ada.legacyToken)]).0.status
            if status != .ok { return passed }
            guard passed < 5_000 else { throw DemoFailure("the edit was not seen within 5 s") }
            await sleep(milliseconds: 20)
        }
    }

    /// The folder of the demo says nothing to a reader.
    private func shortened(_ line: Substring) -> String {
        String(line).replacing("\(stage.folder.path)/", with: "")
    }
}
