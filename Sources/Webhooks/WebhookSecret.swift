package import Crypto
package import Telemetry

/// The secret that signs an endpoint's webhooks: `whsec_` and base64, as Svix makes them.
package struct WebhookSecret: Sendable {
    package enum Fault: Error, Hashable, Sendable {
        case noPrefix, notBase64
        /// Svix wants 24 to 64 bytes.
        case length(Int)
    }

    let key: Secret

    package init(_ secret: Secret) throws(Fault) {
        let text = secret.exposeText()
        guard text.hasPrefix("whsec_") else { throw .noPrefix }
        // The padding may be missing.
        let base64 = text.dropFirst("whsec_".count).reversed().drop { $0 == "=" }.reversed()
        let padding = String(repeating: "=", count: (4 - base64.count % 4) % 4)
        guard let bytes = try? Base64.decode(String(base64) + padding) else { throw .notBase64 }
        guard (24...64).contains(bytes.count) else { throw .length(bytes.count) }
        key = Secret(bytes)
    }

    package static func fresh() -> Secret { Secret("whsec_\(Base64.encode(RandomBytes.make(24)))") }

    /// The value of `svix-signature`.
    package func signature(id: String, seconds: Int64, content: [UInt8]) throws(CryptoError) -> String {
        let signed = signedBytes(id: id, timestamp: String(seconds), content: content)
        return "v1,\(Base64.encode(try HMACKey(key).code(of: signed.span)))"
    }
}

extension WebhookSecret.Fault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .noPrefix: "a webhook secret begins whsec_"
        case .notBase64: "what follows whsec_ is not base64"
        case .length(let count): "a webhook secret has 24 to 64 bytes, not \(count)"
        }
    }
}

/// What version 1 signs by HMAC-SHA-256: id, time and the content's own bytes.
func signedBytes(id: String, timestamp: String, content: [UInt8]) -> [UInt8] { Array("\(id).\(timestamp).".utf8) + content }
