import Crypto
import Emulator
import Fetch
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

    /// What the emulator sent to its webhooks' receiver, and its wake-ups, which the test does by hand.
    let deliveries = Guarded<[FetchRequest]>([])
    private let statuses = Guarded<[UInt16]>([])
    private let wakes = Guarded<[(due: UnixTime, work: @Sendable () -> Void)]>([])

    init(limits: EmulatorSettings.Instance? = nil) throws {
        var settings = EmulatorSettings(
            issuer: "http://127.0.0.1:9100", secretKey: Secret("sk_test_emulator"), origin: "https://app.example.com",
            signingKey: Self.key)
        settings.limits = limits
        let transport = WebhookTransport(
            send: { [deliveries, statuses] request, completion in
                deliveries.withLock { $0.append(request) }
                let status = statuses.withLock { $0.isEmpty ? 204 : $0.removeFirst() }
                completion(.success(FetchResponse(status: Status(status))))
            },
            schedule: { [now, wakes] milliseconds, work in
                let due = now.withLock { $0.adding(milliseconds: Int64(milliseconds)) }
                wakes.withLock { $0.append((due, work)) }
            })
        emulator = try Emulator(settings, transport: transport) { [now] in now.withLock { $0 } }
    }

    /// The receiver answers its next deliveries so.
    func receiverAnswers(_ codes: UInt16...) { statuses.withLock { $0 = codes } }

    func call(
        _ method: HTTP.Method, _ target: String, _ content: String = "", key: String? = "Bearer sk_test_emulator",
        type: String? = "application/json", version: String? = "2026-05-12"
    ) async -> Reply {
        let reply = reply(method, target, content, key: key, type: type, version: version)
        return Reply(
            status: reply.response.status.code, json: (try? JSONValue(parsing: reply.response.content)) ?? JSONValue(.null),
            fields: reply.response.fields)
    }

    /// The same, with what becomes of the answer on its way.
    func reply(
        _ method: HTTP.Method, _ target: String, _ content: String = "", key: String? = "Bearer sk_test_emulator",
        type: String? = "application/json", version: String? = "2026-05-12"
    ) -> EmulatedReply {
        let parts = target.split(separator: "?", maxSplits: 1).map(String.init)
        let fields = [("Authorization", key), ("Content-Type", type), ("Clerk-API-Version", version)].compactMap { name, value in
            value.map { (name: name, value: $0) }
        }
        let request = ServerRequest(
            method: method, path: parts[0], query: parts.count > 1 ? parts[1] : nil, fields: fields, content: Array(content.utf8))
        return emulator.reply(to: request)
    }

    /// Time passes, and who wanted to be woken is.
    func advance(_ seconds: Int64) { advance(milliseconds: seconds * 1000) }

    func advance(milliseconds: Int64) {
        let time = now.withLock { time in
            time = time.adding(milliseconds: milliseconds)
            return time
        }
        let due = wakes.withLock { wakes in
            defer { wakes.removeAll { $0.due <= time } }
            return wakes.filter { $0.due <= time }
        }
        for wake in due { wake.work() }
    }

    /// The id of a new user.
    func user(_ content: String) async throws -> String {
        let reply = await call(.post, "/v1/users", content)
        guard let id = reply.json["id"]?.string else { throw Failure(text: "\(reply)") }
        return id
    }

    struct Failure: Error { let text: String }
}
