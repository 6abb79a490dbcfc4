import Crypto
import Telemetry
import Testing
import Webhooks

@Suite struct WebhookSecretTests {
    private func fault(_ text: String) -> WebhookSecret.Fault? {
        do throws(WebhookSecret.Fault) {
            _ = try WebhookSecret(Secret(text))
            return nil
        } catch { return error }
    }

    /// The example of the Standard Webhooks specification, which Svix's libraries test as well.
    @Test func `the published example is signed as published`() throws {
        let secret = try WebhookSecret(Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
        let content = Array(#"{"test": 2432232314}"#.utf8)
        let signature = try secret.signature(id: "msg_p5jXN8AQM9LWM0D4loKWxJek", seconds: 1_614_265_330, content: content)
        #expect(signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
    }

    @Test func `padding may be missing`() throws {
        let bytes = (0..<25).map { UInt8($0) }
        let padded = "whsec_\(Base64.encode(bytes))"
        #expect(padded.hasSuffix("=="))
        let signatures = try [padded, String(padded.dropLast()), String(padded.dropLast(2))].map { text in
            try WebhookSecret(Secret(text)).signature(id: "msg_1", seconds: 1, content: [])
        }
        #expect(Set(signatures).count == 1)
    }

    @Test(arguments: [
        ("", WebhookSecret.Fault.noPrefix), ("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", .noPrefix), ("whpk_AAAA", .noPrefix),
        ("whsec_", .length(0)), ("whsec_c2hvcnQ=", .length(5)), ("whsec_*", .notBase64), ("whsec_A", .notBase64),
        ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS-", .notBase64), ("whsec_MfKQ 9r8GKYqrTwjUPD8ILPZIo2LaLaSw", .notBase64),
        ("whsec_\(String(repeating: "A", count: 88))", .length(66)),
    ])
    func `what is no secret of Svix's is refused`(text: String, expected: WebhookSecret.Fault) {
        #expect(fault(text) == expected)
    }

    @Test func `a fresh secret is one, and another each time`() throws {
        let (first, second) = (WebhookSecret.fresh(), WebhookSecret.fresh())
        _ = try WebhookSecret(first)
        #expect(first != second)
    }
}
