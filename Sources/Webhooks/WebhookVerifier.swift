package import Crypto
package import Telemetry

/// A message whose signature an endpoint's secret explains. Only `WebhookVerifier` makes one, and nothing reads the content
/// before it has.
package struct VerifiedWebhook: Sendable {
    /// The same for every delivery of the message.
    package let id: String
    /// As it was signed, byte by byte.
    package let content: [UInt8]

    fileprivate init(id: String, content: [UInt8]) { (self.id, self.content) = (id, content) }
}

/// The three fields that sign a message, each with every value that came under its name.
package struct WebhookFields: Sendable {
    package var ids: [String] = []
    package var timestamps: [String] = []
    package var signatures: [String] = []
    package init() {}
}

/// Why a message is nobody's word.
package enum WebhookFault: Error, Hashable, Sendable {
    package enum Field: String, Sendable { case id, timestamp, signature }

    case missing(Field)
    case repeated(Field)
    /// An id that is none, or a time that is not plain digits.
    case malformed(Field)
    /// No entry of the signature is one of version 1.
    case noSignature
    /// None is what any secret of ours yields.
    case otherSignature
    /// Signed by one of ours, and so many seconds from now: held back, sent again by somebody else, or a clock is wrong.
    case untimely(seconds: Int64)
}

/// Holds messages against the secrets of an endpoint (github.com/standard-webhooks: several while one replaces another). It belongs
/// to one thread.
package final class WebhookVerifier {
    private let keys: [HMACKey]

    /// How far a message's time may be from ours, both ways: Svix's own limit.
    private static let toleranceSeconds: Int64 = 300
    /// Ids of Svix's have 31.
    private static let idBytesMax = 128

    package init(_ secrets: [WebhookSecret]) throws(CryptoError) {
        var keys: [HMACKey] = []
        for secret in secrets { keys.append(try HMACKey(secret.key)) }
        self.keys = keys
    }

    package func verify(_ fields: WebhookFields, _ content: [UInt8], at now: UnixTime) throws(WebhookFault) -> VerifiedWebhook {
        let id = try Self.only(fields.ids, .id)
        let timestamp = try Self.only(fields.timestamps, .timestamp)
        let signature = try Self.only(fields.signatures, .signature)
        // What is signed has dots between its parts: with one in the id, a message could be read as another.
        guard (1...Self.idBytesMax).contains(id.utf8.count), id.utf8.allSatisfy(\.isIDByte) else { throw .malformed(.id) }
        guard (1...12).contains(timestamp.utf8.count), timestamp.utf8.allSatisfy(\.isDigit), let seconds = Int64(timestamp) else {
            throw .malformed(.timestamp)
        }
        let given = Self.codes(in: signature)
        guard !given.isEmpty else { throw .noSignature }
        let signed = signedBytes(id: id, timestamp: timestamp, content: content)
        let expected = keys.map { $0.code(of: signed.span) }
        // Every pair is compared: the time that it takes says nothing of which secret it was.
        var matches = 0
        for code in given {
            for expected in expected where isEqualInConstantTime(code.span, expected.span) { matches += 1 }
        }
        guard matches > 0 else { throw .otherSignature }
        let age = now.seconds - seconds
        guard abs(age) <= Self.toleranceSeconds else { throw .untimely(seconds: age) }
        return VerifiedWebhook(id: id, content: content)
    }

    private static func only(_ values: [String], _ field: WebhookFault.Field) throws(WebhookFault) -> String {
        guard let value = values.first else { throw .missing(field) }
        guard values.count == 1 else { throw .repeated(field) }
        return value
    }

    /// The codes of version 1. Other versions, and what is no entry at all, are passed over, as Svix's libraries do.
    private static func codes(in signature: String) -> [[UInt8]] {
        signature.split(separator: " ").compactMap { entry in
            guard entry.hasPrefix("v1,") else { return nil }
            return try? Base64.decode(String(entry.dropFirst(3)))
        }
    }
}

extension UInt8 {
    fileprivate var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }

    fileprivate var isIDByte: Bool {
        isDigit || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self)
            || self == UInt8(ascii: "_") || self == UInt8(ascii: "-")
    }
}

/// For the log: which check failed, and nothing of what was sent.
extension WebhookFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .missing(let field): "no \(field.rawValue)"
        case .repeated(let field): "more than one \(field.rawValue)"
        case .malformed(let field): "a malformed \(field.rawValue)"
        case .noSignature: "no signature of version 1"
        case .otherSignature: "the signature of no secret in the settings"
        case .untimely(let seconds): "signed \(abs(seconds)) s \(seconds < 0 ? "ahead" : "ago")"
        }
    }
}
