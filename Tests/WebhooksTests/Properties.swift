import Crypto
import Telemetry
import Webhooks

// What holds for any bytes whatever. `fuzz/` calls the function named `fuzz…` too, and so this file knows no test library.

struct Difference: Error { let description: String }

/// The example of the Standard Webhooks specification and of the tests of Svix's own libraries
/// (github.com/standard-webhooks/standard-webhooks, libraries/python/tests; github.com/svix/svix-webhooks).
enum SignedMessage {
    static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    static let other = "whsec_\(Base64.encode((0..<32).map { UInt8($0) }))"
    static let content = Array(#"{"test": 2432232314}"#.utf8)
    static let time = UnixTime(seconds: 1_614_265_330)
    static let (id, timestamp) = ("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330")
    static let signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="

    static var fields: WebhookFields { fields(id, timestamp, signature) }

    static func fields(_ id: String, _ timestamp: String, _ signature: String) -> WebhookFields {
        var fields = WebhookFields()
        (fields.ids, fields.timestamps, fields.signatures) = ([id], [timestamp], [signature])
        return fields
    }

    /// The three fields and the content, a line each.
    static var text: String { [id, timestamp, signature, String(decoding: content, as: UTF8.self)].joined(separator: "\n") }
}

/// The fields and the content of a webhook, a line each: what is accepted is the one message that was signed. Only entries of the signature
/// may differ, which are passed over.
func fuzzWebhook(_ bytes: Span<UInt8>) throws {
    let parts = bytes.indices.map { bytes[$0] }.split(separator: 0x0A, maxSplits: 3, omittingEmptySubsequences: false)
    guard parts.count == 4 else { return }
    let texts = parts.prefix(3).map { String(decoding: $0, as: UTF8.self) }
    let verifier = try WebhookVerifier([SignedMessage.secret, SignedMessage.other].map { try WebhookSecret(Secret($0)) })
    let accepted: VerifiedWebhook
    do throws(WebhookFault) {
        accepted = try verifier.verify(
            SignedMessage.fields(texts[0], texts[1], texts[2]), Array(parts[3]), at: SignedMessage.time)
    } catch { return }
    guard accepted.id == SignedMessage.id, texts[1] == SignedMessage.timestamp, accepted.content == SignedMessage.content,
        texts[2].split(separator: " ").contains(SignedMessage.signature[...])
    else { throw Difference(description: "a message is accepted that nobody signed") }
}
