import Crypto
import GatewayTesting
import Telemetry
import Testing
import Webhooks

@Suite struct WebhookVerifierTests {
    private static let (secret, other) = (SignedMessage.secret, SignedMessage.other)
    private static let (content, time) = (SignedMessage.content, SignedMessage.time)
    private static let (published, fields) = (SignedMessage.signature, SignedMessage.fields)

    private func verifier(_ secrets: String...) throws -> WebhookVerifier {
        try WebhookVerifier(secrets.map { try WebhookSecret(Secret($0)) })
    }

    private func fault(
        _ fields: WebhookFields, _ content: [UInt8] = content, at now: UnixTime = time, secret: String = secret
    ) throws -> WebhookFault? {
        let verifier = try verifier(secret)
        do throws(WebhookFault) {
            _ = try verifier.verify(fields, content, at: now)
            return nil
        } catch { return error }
    }

    private func changing(_ change: (inout WebhookFields) -> Void) -> WebhookFields {
        var fields = Self.fields
        change(&fields)
        return fields
    }

    @Test func `the published example is accepted, and its bytes are handed on`() throws {
        let webhook = try verifier(Self.secret).verify(Self.fields, Self.content, at: Self.time)
        #expect(webhook.id == "msg_p5jXN8AQM9LWM0D4loKWxJek")
        #expect(webhook.content == Self.content)
    }

    @Test func `any of several secrets will do, in any place`() throws {
        for verifier in [try verifier(Self.other, Self.secret), try verifier(Self.secret, Self.other)] {
            _ = try verifier.verify(Self.fields, Self.content, at: Self.time)
        }
        #expect(try fault(Self.fields, secret: Self.other) == .otherSignature)
    }

    @Test(arguments: [
        "v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc= ", "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE= ", "v1,not-base64! ",
        "nothing ", "v1, ", "  ", "v1a,AAAA ",
    ])
    func `entries that are no match are passed over`(before: String) throws {
        #expect(try fault(changing { $0.signatures = [before + Self.published] }) == nil)
        #expect(try fault(changing { $0.signatures = [Self.published + " " + before] }) == nil)
    }

    @Test(
        arguments: [
            ("", .noSignature), ("v1", .noSignature), ("g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", .noSignature),
            ("v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", .noSignature),
            ("V1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", .noSignature),
            ("v1,g0hM9SsE-OTPJTGt_tmIKtSyZlE3uFJELVlNIOLJ1OE=", .noSignature), ("v1,", .otherSignature),
            ("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OA=", .otherSignature),
            ("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ", .otherSignature),
        ] as [(String, WebhookFault)])
    func `no signature but the right one passes`(signature: String, expected: WebhookFault) throws {
        #expect(try fault(changing { $0.signatures = [signature] }) == expected)
    }

    @Test func `each field comes once`() throws {
        let paths: [(WritableKeyPath<WebhookFields, [String]>, WebhookFault.Field)] = [
            (\.ids, .id), (\.timestamps, .timestamp), (\.signatures, .signature),
        ]
        for (path, field) in paths {
            #expect(try fault(changing { $0[keyPath: path] = [] }) == .missing(field))
            #expect(try fault(changing { $0[keyPath: path] += $0[keyPath: path] }) == .repeated(field))
        }
    }

    @Test(arguments: [
        "", " 1614265330", "1614265330.9", "+1614265330", "-1", "0x60", "1e9", "١٦١٤٢٦٥٣٣٠", "99999999999999999999", "soon",
    ])
    func `a time is plain digits`(timestamp: String) throws {
        #expect(try fault(changing { $0.timestamps = [timestamp] }) == .malformed(.timestamp))
    }

    /// With a dot in the id, `id.time.content` would be another message's bytes too.
    @Test(arguments: ["", "msg 1", "msg.1", "msg_1\n", "é", String(repeating: "m", count: 129)])
    func `an id is what Svix makes`(id: String) throws {
        #expect(try fault(changing { $0.ids = [id] }) == .malformed(.id))
    }

    @Test func `five minutes either way are allowed, and not a second more`() throws {
        for seconds: Int64 in [-300, 0, 300] { #expect(try fault(Self.fields, at: Self.time.adding(seconds: seconds)) == nil) }
        #expect(try fault(Self.fields, at: Self.time.adding(seconds: 301)) == .untimely(seconds: 301))
        #expect(try fault(Self.fields, at: Self.time.adding(seconds: -301)) == .untimely(seconds: -301))
    }

    @Test func `whatever is signed cannot be changed`() throws {
        for index in Self.content.indices {
            var content = Self.content
            content[index] ^= 1
            #expect(try fault(Self.fields, content) == .otherSignature)
        }
        #expect(try fault(Self.fields, Self.content + [0x0A]) == .otherSignature)
        #expect(try fault(changing { $0.timestamps = ["1614265331"] }) == .otherSignature)
        #expect(try fault(changing { $0.timestamps = ["01614265330"] }) == .otherSignature)
        #expect(try fault(changing { $0.ids = ["msg_p5jXN8AQM9LWM0D4loKWxJel"] }) == .otherSignature)
    }

    @Test func `no damage makes a message that was not signed`() throws {
        try Damage.hold([SignedMessage.text], rounds: 4_000, to: fuzzWebhook)
    }
}
