import Fetch
import HTTP
import JSON
import Telemetry

/// How the deliveries of one event went.
struct WebhookReport {
    let id: String
    private let type: String?
    private var outcomes: [Outcome] = []

    private enum Outcome {
        case answered(status: Int)
        case unreachable(String)

        var isTaken: Bool {
            guard case .answered(let status) = self else { return false }
            return (200..<300).contains(status)
        }
    }

    init(id: String, content: [UInt8]) {
        self.id = id
        type = (try? JSONValue(parsing: content))?["type"]?.string
    }

    mutating func add(_ response: FetchResponse) { outcomes.append(.answered(status: Int(response.status.code))) }
    mutating func add(_ error: FetchError) { outcomes.append(.unreachable("\(error)")) }

    var exitCode: ExitCode {
        let taken = outcomes.filter(\.isTaken).count
        if taken == outcomes.count { return .ok }
        if taken > 0 { return .partial }
        if outcomes.contains(where: { if case .answered = $0 { true } else { false } }) { return .failed }
        return .remote
    }

    var text: String {
        outcomes.map { outcome in
            let result =
                switch outcome {
                case .answered(let status): "\(status)"
                case .unreachable(let reason): reason
                }
            return "\(id) \(type ?? "?"): \(result)"
        }.joined(separator: "\n")
    }

    var json: String {
        var json = JSONWriter()
        json.beginObject()
        json.member("id", id)
        json.member("type", type)
        json.key("deliveries")
        json.beginArray()
        for outcome in outcomes {
            json.beginObject()
            switch outcome {
            case .answered(let status): json.member("status", Int64(status))
            case .unreachable(let reason): json.member("error", reason)
            }
            json.endObject()
        }
        json.endArray()
        json.endObject()
        return json.text
    }

    /// What `--dry-run` prints. A signature is no secret: its receiver is sent it.
    static func text(of request: FetchRequest) -> String {
        let lines = ["POST \(request.url)"] + request.fields.map { "\($0.name): \($0.value.exposeText())" }
        return (lines + ["", String(decoding: request.content, as: UTF8.self)]).joined(separator: "\n")
    }
}
