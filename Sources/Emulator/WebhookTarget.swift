package import Crypto
package import Fetch
import HTTP
package import Telemetry
package import Webhooks

/// Where webhooks go: a URL, and the secret that its owner checks them with.
package struct WebhookTarget: Sendable {
    package let url: String
    private let secret: WebhookSecret

    /// Svix gives up after so long.
    private static let timeoutMilliseconds = 15_000
    /// What a receiver says is not read.
    private static let answerBytesMax = 1 << 20

    package init(url: String, secret: WebhookSecret) { (self.url, self.secret) = (url, secret) }

    /// One delivery of a message. Each has its own time and signature; the id is the message's.
    package func request(id: String, content: [UInt8], at time: UnixTime) throws(CryptoError) -> FetchRequest {
        let fields = [
            FetchRequest.Field("Content-Type", "application/json"), .init("User-Agent", "Svix-Webhooks/emulated"),
            .init("svix-id", id), .init("svix-timestamp", String(time.seconds)),
            .init("svix-signature", try secret.signature(id: id, seconds: time.seconds, content: content)),
        ]
        return FetchRequest(
            .post, url, fields: fields, content: content, timeoutMilliseconds: Self.timeoutMilliseconds,
            responseBytesMax: Self.answerBytesMax)
    }
}
