package import Fetch
import HTTP

/// How the emulator reaches the receiver of its webhooks, and is woken for a later attempt. Tests give it another one.
package struct WebhookTransport: Sendable {
    let send: @Sendable (FetchRequest, @escaping FetchCompletion) -> Void
    let schedule: @Sendable (_ milliseconds: Int, @escaping @Sendable () -> Void) -> Void

    package init(
        send: @escaping @Sendable (FetchRequest, @escaping FetchCompletion) -> Void,
        schedule: @escaping @Sendable (_ milliseconds: Int, @escaping @Sendable () -> Void) -> Void
    ) {
        (self.send, self.schedule) = (send, schedule)
    }

    package init(_ client: FetchClient) {
        self.init(
            send: { client.start($0, completion: $1) }, schedule: { client.engine.schedule(afterMilliseconds: $0, $1) })
    }
}

extension WebhookMessage.Outcome {
    /// Svix takes 2xx for success and follows no redirect; a receiver can forbid further attempts.
    init(_ result: Result<FetchResponse, FetchError>) {
        switch result {
        case .failure(let error): self = .failed("\(error)")
        case .success(let response):
            let status = Int(response.status.code)
            if (200..<300).contains(status) {
                self = .delivered(status: status)
            } else if response.field("webhook-delivery") == "abort-message" {
                self = .aborted(status: status)
            } else {
                self = .failed("status \(status)")
            }
        }
    }
}
