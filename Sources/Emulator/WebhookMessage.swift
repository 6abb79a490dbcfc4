import JSON
import Telemetry

/// One event on its way, and how its deliveries ended.
struct WebhookMessage {
    enum State: String { case held, due, delivered, failed }

    enum Outcome: Equatable {
        /// 2xx.
        case delivered(status: Int)
        case failed(String)
        /// The receiver asked for no further attempts.
        case aborted(status: Int)
    }

    struct Attempt {
        let time: UnixTime
        let outcome: Outcome
    }

    let id: String
    let event: WebhookEvent
    var state = State.due
    var attempts: [Attempt] = []
}

extension WebhookQueue {
    /// `GET /__emulator/deliveries`
    func write(to json: inout JSONWriter) {
        json.beginArray()
        for message in messages { message.write(to: &json) }
        json.endArray()
    }
}

extension WebhookMessage {
    fileprivate func write(to json: inout JSONWriter) {
        json.beginObject()
        json.member("id", id)
        json.member("type", event.kind.rawValue)
        json.member("state", state.rawValue)
        json.key("attempts")
        json.beginArray()
        for attempt in attempts {
            json.beginObject()
            json.member("at", attempt.time.milliseconds)
            switch attempt.outcome {
            case .delivered(let status), .aborted(let status): json.member("status", Int64(status))
            case .failed(let reason): json.member("error", reason)
            }
            json.endObject()
        }
        json.endArray()
        json.endObject()
    }
}
