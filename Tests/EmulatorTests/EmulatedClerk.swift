import Crypto
import Emulator
import HTTP
import HTTPServer
import JSON
import Snapshot
import Telemetry

/// An emulator with a clock that the test moves, and calls as a Backend API client makes them.
final class EmulatedClerk: Sendable {
    struct Reply {
        let status: UInt16
        let json: JSONValue
        let fields: [(name: String, value: String)]

        /// The codes of Clerk's error envelope.
        var codes: [String] { json["errors"]?.array?.compactMap { $0["code"]?.string } ?? [] }
        var parameters: [String] { json["errors"]?.array?.compactMap { $0["meta"]?["param_name"]?.string } ?? [] }
        /// The ids in a list.
        var ids: [String] { json.array?.compactMap { $0["id"]?.string } ?? [] }
    }

    let now = Guarded(UnixTime(seconds: 1_800_000_000))
    let emulator: Emulator

    /// RSA keys are slow to make, so that all tests share one.
    private static let key = try? PrivateKey(generating: .rs256).pem()

    init() throws {
        let settings = EmulatorSettings(
            issuer: "http://127.0.0.1:9100", secretKey: Secret("sk_test_emulator"), origin: "https://app.example.com",
            signingKey: Self.key)
        emulator = try Emulator(settings) { [now] in now.withLock { $0 } }
    }

    func call(
        _ method: HTTP.Method, _ target: String, _ content: String = "", key: String? = "Bearer sk_test_emulator",
        type: String? = "application/json", version: String? = "2026-05-12"
    ) async -> Reply {
        let parts = target.split(separator: "?", maxSplits: 1).map(String.init)
        let fields = [("Authorization", key), ("Content-Type", type), ("Clerk-API-Version", version)].compactMap { name, value in
            value.map { (name: name, value: $0) }
        }
        let request = ServerRequest(
            method: method, path: parts[0], query: parts.count > 1 ? parts[1] : nil, fields: fields, content: Array(content.utf8))
        let response = await emulator.handle(request)
        let json = (try? JSONValue(parsing: response.content)) ?? JSONValue(.null)
        return Reply(status: response.status.code, json: json, fields: response.fields)
    }

    func advance(_ seconds: Int64) { now.withLock { $0 = $0.adding(seconds: seconds) } }

    /// The id of a new user.
    func user(_ content: String) async throws -> String {
        let reply = await call(.post, "/v1/users", content)
        guard let id = reply.json["id"]?.string else { throw Failure(text: "\(reply)") }
        return id
    }

    struct Failure: Error { let text: String }
}
