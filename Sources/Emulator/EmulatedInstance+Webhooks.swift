import Fetch
import HTTP
import HTTPServer
import JSON
import Telemetry
import Webhooks

/// `/__emulator/webhooks` and `/__emulator/deliveries`
extension EmulatedInstance {
    /// `{"url": …, "secret": "whsec_…"}` says where events go from now on, `{"url": null}` that they go nowhere. `delay_milliseconds`,
    /// `copies`, `hold` and `retry_milliseconds` say how; what is left out is as at the start.
    mutating func setWebhooks(_ call: Call) throws(ClerkProblem) -> ServerResponse {
        var form = try call.form()
        let changesTarget = form.has("url")
        let (url, secret) = (form.string("url", lengthMax: 2_048), form.string("secret"))
        var manner = WebhookQueue.Manner()
        manner.delayMilliseconds = form.int("delay_milliseconds", 0...86_400_000) ?? manner.delayMilliseconds
        manner.copies = Int(form.int("copies", 1...100) ?? 1)
        manner.holds = form.bool("hold") ?? false
        manner.retryMilliseconds = form.ints("retry_milliseconds", 0...86_400_000) ?? manner.retryMilliseconds
        var target: WebhookTarget?
        if let url {
            do throws(WebhookSecret.Fault) {
                target = WebhookTarget(url: url, secret: try WebhookSecret(Secret(secret ?? "")))
            } catch { form.fault(.wrongFormat("secret", "whsec_ and the base64 of 24 to 64 bytes")) }
        }
        try form.finish()
        if changesTarget { webhooks.target = target }
        webhooks.manner = manner
        return .json(webhooks.write)
    }

    /// What to do about the deliveries, and the request where one is to be sent.
    mutating func nextDelivery(at now: UnixTime) -> (WebhookQueue.Step, FetchRequest?) {
        let step = webhooks.next(at: now)
        guard case .send(let delivery) = step, let message = webhooks.message(delivery.id) else { return (step, nil) }
        return (step, try? webhooks.target?.request(id: message.id, content: message.event.content, at: now))
    }

    /// `{"order": "made" | "reversed" | "shuffled"}`
    mutating func releaseDeliveries(_ call: Call) throws(ClerkProblem) -> ServerResponse {
        var form = try call.form()
        let order = form.string("order") ?? "made"
        if !["made", "reversed", "shuffled"].contains(order) { form.fault(.wrongValue("order", "made, reversed or shuffled")) }
        try form.finish()
        webhooks.release(at: call.now) { held in
            switch order {
            case "reversed": held.reversed()
            case "shuffled": held.shuffled()
            default: held
            }
        }
        return .json(webhooks.write)
    }

    /// `{"id": "msg_…"}`: as somebody does by hand, days later.
    mutating func replayDelivery(_ call: Call) throws(ClerkProblem) -> ServerResponse {
        var form = try call.form()
        let id = form.string("id") ?? ""
        try form.finish()
        guard webhooks.replay(id, at: call.now) else { throw .notFound("message", id) }
        return .json(webhooks.write)
    }
}
